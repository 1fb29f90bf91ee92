"""Far more order at once than can be served: who cannot is told at the door, and nothing is bought twice."""

from __future__ import annotations

import asyncio
import html
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from nakamise.routing.asgi import App, Message
from nakamise.routing.gate import Gate
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor
from nakamise.testing.tenants import client_of
from tests.plugins.shop.stall import Buyer, Stall, Till

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


@dataclass
class Rush:
    """One piece of five lies in a buyer's cart; ``till`` and ``browser`` are theirs, ``form`` is what the page sends."""

    stall: Stall
    app: App
    client: ClientFor
    buyer: Buyer
    goods: uuid.UUID
    till: Till
    browser: httpx.AsyncClient
    seen: str
    form: dict[str, str]


@pytest.fixture
async def rush(stall: Stall, client: ClientFor, app: App) -> Rush:
    goods = await stall.goods("honten", "限定口紅", 1000, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(goods, 1)])
    till, browser = Till(client(stall.tenant), buyer), client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(buyer))
    seen = str((await till.confirmation())["fingerprint"])
    sent = sent_back((await browser.get(f"{CONFIRM}?address={buyer.address_id}")).text)
    form = {name: sent[name] for name in ("address", "fingerprint", "key")} | {"provider": "payments_sandbox"}
    return Rush(stall, app, client, buyer, goods, till, browser, seen, form)


@pytest.mark.req("LC-4.2.10")
async def test_who_cannot_be_served_soon_is_told_at_the_door(rush: Rush) -> None:
    wild = {"key": '"><script>alert(1)</script>', "x": ""}
    with full(rush.app, rush.stall):
        told = await rush.till.place("key-1", rush.seen)
        page = await rush.browser.post(CONFIRM, data=rush.form, headers={"Accept-Language": "en"})
        ours = await rush.browser.post(CONFIRM, data=wild)
        none = await rush.browser.post(CONFIRM, content=b"x" * 1000, headers={"Content-Type": "text/plain"})
        # Nobody was recognised first: whoever they are, they are told the same.
        nobody = await rush.client(rush.stall.tenant).post(CONFIRM, data=rush.form)
        # What is not bounded is answered as ever.
        assert (await rush.till.confirmation())["fingerprint"] == rush.seen
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
    await _sends_its_form_again(rush, page)


async def _sends_its_form_again(rush: Rush, page: httpx.Response) -> None:
    """The button sends the same form with its key: one order, however often it is pressed."""
    assert sent_back(page.text) == rush.form
    placed = [await rush.browser.post(CONFIRM, data=sent_back(page.text)) for _ in range(2)]
    assert [answer.status_code for answer in placed] == [303, 303]
    assert placed[0].headers["location"] == placed[1].headers["location"]
    assert await rush.stall.stock_of(rush.goods) == (5, 1)


@pytest.mark.req("LC-4.2.10")
async def test_what_is_too_large_is_told_at_the_door_in_words(rush: Rush) -> None:
    large = b"x" * 200_000
    with full(rush.app, rush.stall):
        ours = await rush.browser.post(CONFIRM, content=large)
        english = await rush.browser.post(CONFIRM, content=large, headers={"Accept-Language": "en"})
        by_script = await rush.browser.post(
            CONFIRM, json={"key": large.decode()}, headers={"Accept": "application/json"}
        )
        by_api = await rush.browser.post("/api/shop/checkout", content=large)
    for asked, said, what_to_do in (
        (ours, "送信された内容が大きすぎます。", "前の画面に戻り"),
        (english, "What was sent is too large.", "Go back in your browser"),
    ):
        assert (asked.status_code, asked.headers["content-type"]) == (413, "text/html; charset=utf-8")
        text = re.sub("<wbr>|<[^>]+>", "", asked.text)
        assert said in text
        assert what_to_do in text
        assert "default-src 'none'" in asked.headers["content-security-policy"]
    for asked in (by_script, by_api):
        assert (asked.status_code, asked.headers["content-type"]) == (413, "application/problem+json")
        assert (asked.json()["code"], asked.json()["detail"]) == (
            "too_large",
            "送信された内容が大きすぎます。",
        )


@pytest.mark.req("LC-4.2.10")
async def test_a_door_without_bounds_lets_everybody_in(rush: Rush, runtime: Runtime) -> None:
    """The control: they meet what they order, and not the door."""
    (await rush.till.place("key-1", rush.seen)).raise_for_status()
    assert isinstance(rush.app, Gate)
    with full(rush.app, rush.stall):
        async with client_of(Gate(rush.app._app, runtime), runtime, rush.stall.tenant) as unbounded:
            answer = await Till(unbounded, rush.buyer).place("key-2", rush.seen)
    assert answer.status_code == 409


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
