"""The list of notifications."""

from __future__ import annotations

import httpx
import pytest

from nakamise.contracts.orders import OrderPaid, OrderShipped
from nakamise.ids import uuid7
from nakamise.plugin import Delivery
from nakamise.testing.people import Person
from nakamise_social.notices import orders
from tests.plugins.livestream.stage import Stage, ok
from tests.plugins.social.acts import API, follow, notices


async def _order(stage: Stage, buyer: Person) -> None:
    """Paid, then sent in one parcel; each told twice, as an event may be."""
    same = {"order_id": uuid7(), "purchase_id": uuid7(), "shop_id": uuid7(), "buyer_id": buyer.id}
    paid = OrderPaid(**same, number="N-1", currency="JPY", total=1000)
    sent = OrderShipped(
        **same,
        number="N-1",
        currency="JPY",
        total=1000,
        shipment_id=uuid7(),
        carrier="sagawa",
        tracking_number="123456789012",
        line_numbers=(1,),
    )
    for _ in range(2):
        await orders.on_paid(stage.ctx, paid, Delivery(id=uuid7(), event_id=uuid7(), attempt=1))
        await orders.on_shipped(stage.ctx, sent, Delivery(id=uuid7(), event_id=uuid7(), attempt=1))


@pytest.mark.req("LC-6.7.1", "LC-6.7.5")
async def test_kinds(stage: Stage, presenter: Person, viewer: Person) -> None:
    await _order(stage, presenter)
    await ok(await follow(viewer, presenter))
    assert (await notices(presenter))["unread_by_kind"] == {"order": 2, "follow": 1}
    sent, paid = (await notices(presenter, kind="order"))["items"]
    assert (sent["title"], sent["text"]) == ("注文 N-1 を発送しました(佐川急便)", "追跡番号: 123456789012")
    assert (paid["title"], paid["path"]) == ("注文 N-1 を承りました", "/shop/orders/N-1")
    assert (await notices(presenter, kind="gift"))["items"] == []
    refused = await presenter.client.get(f"{API}/notifications", params={"kind": "nothing"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    page = await presenter.client.get("/social/notifications?kind=order")
    assert "佐川急便" in page.text
    assert "フォローしました" not in page.text


@pytest.mark.req("LC-6.7.2")
async def test_reading(stage: Stage, presenter: Person, viewer: Person) -> None:
    await _order(stage, presenter)
    first = (await notices(presenter))["items"][0]["id"]
    for _ in range(2):
        answer = await presenter.client.post(f"{API}/notifications/{first}/read")
        assert answer.json() == {"unread": 1}
    found = await notices(presenter, unread=True)
    assert (found["total"], found["unread"]) == (1, 1)
    assert '<span class="n-count">1<' in (await presenter.client.get("/livestream")).text
    others = await viewer.client.post(f"{API}/notifications/{first}/read")
    assert others.status_code == httpx.codes.NOT_FOUND
    for _ in range(2):
        assert (await presenter.client.post(f"{API}/notifications/read")).json() == {"unread": 0}
    assert '<span class="n-count">' not in (await presenter.client.get("/livestream")).text


@pytest.mark.req("LC-6.7.2")
async def test_the_page_works_with_forms(stage: Stage, presenter: Person) -> None:
    await _order(stage, presenter)
    first = (await notices(presenter))["items"][0]["id"]
    sent = await presenter.client.post(f"/social/notifications/{first}/read?unread=1")
    assert (sent.status_code, sent.headers["location"]) == (303, "/social/notifications?unread=1")
    sent = await presenter.client.post("/social/notifications/read?kind=order&unread=1")
    assert sent.headers["location"] == "/social/notifications?kind=order&unread=1"
    assert (await notices(presenter))["unread"] == 0
