"""Far more order at once than can be served: who cannot is told at the door, and nothing is bought twice."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nakamise.routing.asgi import App, Message
from nakamise.routing.gate import Gate
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor
from nakamise.testing.tenants import client_of
from tests.plugins.shop.stall import Stall, Till

CONFIRM = "/shop/checkout/confirm"


def sent_back(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


@contextmanager
def full(gate: App, stall: Stall) -> Iterator[None]:
    """As if as many were inside as can be served soon."""
    assert isinstance(gate, Gate)
    bound = gate.bounds.of(stall.tenant, {"method": "POST", "path": CONFIRM})
    assert bound is not None
    assert bound is gate.bounds.of(stall.tenant, {"method": "POST", "path": "/api/shop/checkout/"})
    while bound.enter(bound.inside) == 0:
        pass
    yield
    while bound.inside:
        bound.leave()


@pytest.mark.req("LC-4.2.10")
async def test_who_cannot_be_served_soon_is_told_at_the_door(
    stall: Stall, client: ClientFor, app: App, runtime: Runtime
) -> None:
    variant_id = await stall.goods("honten", "限定口紅", 1000, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    till, browser = Till(client(stall.tenant), buyer), client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(buyer))
    seen = await till.confirmation()
    form = sent_back((await browser.get(f"{CONFIRM}?address={buyer.address_id}")).text)
    form = {name: form[name] for name in ("address", "fingerprint", "key")} | {"provider": "payments_sandbox"}
    wild = {"key": '"><script>alert(1)</script>', "x": ""}
    with full(app, stall):
        told = await till.place("key-1", seen["fingerprint"])
        page = await browser.post(CONFIRM, data=form, headers={"Accept-Language": "en"})
        ours = await browser.post(CONFIRM, data=wild)
        none = await browser.post(CONFIRM, content=b"x" * 1000, headers={"Content-Type": "text/plain"})
        large = await browser.post(CONFIRM, content=b"x" * 200_000)
        english = await browser.post(CONFIRM, content=b"x" * 200_000, headers={"Accept-Language": "en"})
        by_script = await browser.post(
            CONFIRM, json={"key": "x" * 200_000}, headers={"Accept": "application/json"}
        )
        by_api = await browser.post("/api/shop/checkout", content=b"x" * 200_000)
        # Nobody was recognised first: whoever they are, they are told the same.
        nobody = await client(stall.tenant).post(CONFIRM, data=form)
        # What is not bounded is answered as ever.
        assert (await till.confirmation())["fingerprint"] == seen["fingerprint"]
    assert (told.status_code, told.json()["code"], told.json()["status"]) == (503, "crowded", 503)
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["title"] == "ただいま大変混み合っています"
    assert told.json()["detail"].endswith("先にご案内します。")
    for answer in (told, page, ours, none, nobody):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Try again" in page.text
    assert "もう一度試す" in ours.text
    assert "-d4f1c0" not in page.text
    assert "<script>alert" not in ours.text
    assert sent_back(ours.text) == wild
    assert sent_back(none.text) == {}
    for asked, said in ((large, "送信された内容が大きすぎます。"), (english, "What was sent is too large.")):
        assert (asked.status_code, asked.headers["content-type"]) == (413, "text/html; charset=utf-8")
        assert said in re.sub("<wbr>|<[^>]+>", "", asked.text)
        assert "default-src 'none'" in asked.headers["content-security-policy"]
    for asked in (by_script, by_api):
        assert (asked.status_code, asked.headers["content-type"]) == (413, "application/problem+json")
        assert (asked.json()["code"], asked.json()["detail"]) == (
            "too_large",
            "送信された内容が大きすぎます。",
        )

    # The button sends the same form with its key: one order, however often it is pressed.
    assert sent_back(page.text) == form
    placed = [await browser.post(CONFIRM, data=sent_back(page.text)) for _ in range(2)]
    assert [answer.status_code for answer in placed] == [303, 303]
    assert placed[0].headers["location"] == placed[1].headers["location"]
    assert await stall.stock_of(variant_id) == (5, 1)

    # The control: a door without bounds lets everybody in.
    assert isinstance(app, Gate)
    with full(app, stall):
        async with client_of(Gate(app._app, runtime), runtime, stall.tenant) as unbounded:
            assert (await Till(unbounded, buyer).place("key-2", seen["fingerprint"])).status_code == 409


async def test_who_sends_slowly_holds_no_place(stall: Stall, app: App) -> None:
    assert isinstance(app, Gate)
    bound = app.bounds.of(stall.tenant, {"method": "POST", "path": CONFIRM})
    assert bound is not None
    is_asked, was_inside = asyncio.Event(), []

    async def slow() -> Message:
        was_inside.append(bound.inside)
        if is_asked.is_set():
            return {"type": "http.disconnect"}
        is_asked.set()
        return {"type": "http.request", "body": b"address=", "more_body": True}

    answers: list[Message] = []

    async def send(message: Message) -> None:
        answers.append(message)

    host = (b"host", stall.tenant.canonical_host.encode())
    scope = {"type": "http", "method": "POST", "path": CONFIRM, "scheme": "http", "headers": [host]}
    await app(scope, slow, send)
    assert was_inside == [0, 0]
    assert answers[0]["status"] == 413
