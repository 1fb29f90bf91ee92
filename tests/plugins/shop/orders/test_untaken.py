"""Staff took less at the provider than was reserved: what goes back is what was taken, and everybody is told so."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_payments.boxes import box_of
from nakamise_payments.seller_terms import Terms, save
from nakamise_payments.service import PaymentService
from nakamise_shop.orders import service
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_shop.orders.story import story
from nakamise_shop.staff.orders.story import story_of
from tests.plugins.shop.orders.test_cancelling import cancel
from tests.plugins.shop.orders.test_refunding import give
from tests.plugins.shop.stall import Stall, Till

TAKEN = "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = $1 WHERE kind = 'charge'"
GONE_BACK = "SELECT coalesce(sum(amount), 0)::int FROM payments_sandbox_charge WHERE kind = 'refund' AND state = 'succeeded'"
MAIL = "SELECT text_body FROM core_mail WHERE subject LIKE '%' || $1 || '%' ORDER BY created_at DESC LIMIT 1"


async def taken(
    stall: Stall, client: ClientFor, amount: int, *goods: uuid.UUID, pieces: int = 1
) -> tuple[Till, list[dict[str, Any]]]:
    """Goods whose money is reserved, of which somebody takes ``amount`` at the provider; its orders, by number."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(one, pieces) for one in goods])
    async with stall.ctx.begin() as tx:
        for shop in stall.shops.values():
            await save(tx, shop, Terms("manual", "cancel"))
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    async with stall.ctx.begin() as tx:
        await tx.execute(TAKEN, amount)
    charge = await stall.value("SELECT id FROM payments_op WHERE kind = 'charge'")
    assert isinstance(charge, uuid.UUID)
    assert (await PaymentService(stall.ctx).refresh(charge)).captured == amount
    return till, sorted(placed["orders"], key=lambda order: str(order["number"]))


async def told(stall: Stall, order_id: str, words: str) -> list[str]:
    """The newest mail with these words in its subject, and what the buyer's and staff's timelines say of the rest."""
    async with stall.ctx.read() as tx:
        order = await service.order_by_id(stall.ctx, tx, uuid.UUID(order_id))
    stories = (story("ja", order), story_of(stall.ctx, order))
    lines = [[str(item.get("text")) for item in one if "¥1,030" in str(item.get("text"))] for one in stories]
    return [str(await stall.value(MAIL, words)), *(" ".join(one) for one in lines)]


@pytest.mark.req("CL-31", "LC-5.2.7")
async def test_a_cancelled_order_gives_back_what_was_taken(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    till, [order] = await taken(stall, client, 2000, await stall.goods("honten", "口紅", 2480, 5))
    answer = await cancel(stall, client, till, order["number"], "cancel-key-1")
    assert (answer.status_code, answer.json().get("refund")) == (200, 2000), answer.text
    again = await cancel(stall, client, till, order["number"], "cancel-key-1")
    assert again.json() == answer.json()
    await drain(stall.tenant)
    assert await stall.value("SELECT state FROM shop_order") == "refunded"
    assert await stall.value(GONE_BACK) == 2000
    mail, buyers, staffs = await told(stall, order["id"], "キャンセル")
    assert "¥2,000" in mail
    assert "¥3,030" not in mail
    for text in (mail, buyers, staffs):
        assert "¥1,030" in text
    async with stall.ctx.read() as tx:
        box = await box_of(stall.ctx, tx, await tx.value("SELECT id FROM shop_purchase"))
    assert box is not None
    assert (box.charge.captured, box.released, box.given_back) == (2000, 1030, 2000), "what staff see"
    browser = client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(till.buyer))
    page = (await browser.get(f"/shop/orders/{order['number']}")).text
    rows = re.findall(r'data-row="(refunded|untaken|left)"><dt>[^<]*</dt><dd>([^<]*)<', page)
    assert rows == [("refunded", "-¥2,000"), ("untaken", "-¥1,030"), ("left", "¥0")]


@pytest.mark.req("CL-31")
async def test_several_orders_get_what_was_taken_and_no_more(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    """¥3,030 and ¥1,000 were bought, ¥3,500 taken: the first gets all of it back, the second what is left."""
    await stall.shop("bekkan", "BK", shipping_fee=0)
    goods = [await stall.goods("honten", "口紅", 2480, 5), await stall.goods("bekkan", "飴", 1000, 5)]
    _, orders = await taken(stall, client, 3500, *goods)
    by_total = sorted(orders, key=lambda order: -int(order["total"]))
    for order in by_total:
        async with stall.ctx.begin() as tx:
            await cancel_as_staff(stall.ctx, tx, uuid.UUID(order["id"]), "欠品")
    await drain(stall.tenant)
    left = "SELECT array_agg(untaken::int ORDER BY total DESC) FROM shop_order"
    assert await stall.value(left) == [0, 530]
    assert await stall.value(GONE_BACK) == 3500
    audited = "SELECT array_agg((detail ->> 'refund')::int ORDER BY at, id) FROM core_audit WHERE act = 'shop.order_cancelled'"
    assert await stall.value(audited) == [3030, 470]


@pytest.mark.req("CL-31")
async def test_an_order_of_which_nothing_was_taken_ends_without_a_refund(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    await stall.shop("bekkan", "BK", shipping_fee=0)
    goods = [await stall.goods("honten", "口紅", 2480, 5), await stall.goods("bekkan", "飴", 1000, 5)]
    _, orders = await taken(stall, client, 3030, *goods)
    for order in sorted(orders, key=lambda order: -int(order["total"])):
        async with stall.ctx.begin() as tx:
            await cancel_as_staff(stall.ctx, tx, uuid.UUID(order["id"]), "欠品")
    await drain(stall.tenant)
    states = "SELECT array_agg(state || ' ' || untaken ORDER BY total DESC) FROM shop_order"
    assert await stall.value(states) == ["refunded 0", "refunded 1000"], "nothing of it waits for a bank"
    assert await stall.value(GONE_BACK) == 3030


@pytest.mark.req("CL-31", "GA-45")
async def test_units_go_back_as_far_as_they_were_paid(stall: Stall, client: ClientFor, drain: Drain) -> None:
    """3 × ¥1,000 and ¥550 carriage, of which ¥2,520 were taken."""
    _, [order] = await taken(stall, client, 2520, await stall.goods("honten", "湯呑", 1000, 5), pieces=3)
    order_id = uuid.UUID(order["id"])
    first = await give(stall.ctx, order_id, (1, 2), reason="欠品")
    assert (first.cash, first.untaken) == (2000, 0)
    idem = uuid.uuid4()
    last = await give(stall.ctx, order_id, (1, 1), idem=idem)
    assert (last.cash, last.untaken) == (1550, 1030)
    assert await give(stall.ctx, order_id, (1, 1), idem=idem) == last
    await drain(stall.tenant)
    assert await stall.value("SELECT state || ' ' || untaken FROM shop_order") == "refunded 1030"
    assert await stall.value(GONE_BACK) == 2520
    mail, buyers, staffs = await told(stall, order["id"], "返金")
    assert "¥520" in mail
    assert "¥1,550 は" not in mail
    for text in (mail, buyers, staffs):
        assert "¥1,030" in text
    async with stall.ctx.read() as tx:
        header = (await service.order_by_id(stall.ctx, tx, order_id)).header
    assert (header.given_back, header.untaken) == (2520, 1030)


@pytest.mark.req("CL-31", "GA-45")
async def test_no_refund_is_under_way_where_nothing_is_left_to_give(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    """All that was taken went back with the first two pieces: the third ends the order, and nobody waits for money."""
    _, [order] = await taken(stall, client, 2000, await stall.goods("honten", "湯呑", 1000, 5), pieces=3)
    order_id = uuid.UUID(order["id"])
    await give(stall.ctx, order_id, (1, 2), reason="欠品")
    await drain(stall.tenant)
    last = await give(stall.ctx, order_id, (1, 1), reason="欠品")
    await drain(stall.tenant)
    assert (last.cash, last.untaken) == (1550, 1550)
    async with stall.ctx.read() as tx:
        found = await service.order_by_id(stall.ctx, tx, order_id)
    assert found.header.state == "refunded"
    for told_of in (story("ja", found), story_of(stall.ctx, found)):
        assert (told_of[-1]["title"], "¥0" in str(told_of[-1]["text"])) == ("請求なし", False)
        assert "¥1,550" in str(told_of[-1]["text"])
        assert "欠品" in str(told_of[-1]["text"])
