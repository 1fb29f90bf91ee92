"""What the tenant asks of buyers at checkout, how its orders are numbered, and what a stack of slips costs."""

from __future__ import annotations

import re
from typing import Any, Self

import pytest

from nakamise.db import Tx
from nakamise.tenancy import switches
from nakamise.testing.fixtures import ClientFor
from nakamise_shop.orders import repository
from tests.plugins.shop.stall import Stall, Till

BOX = 'id="checkout-wishes"'


class Counting:
    """Counts what asyncpg sends within a transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.queries: list[str] = []

    def __enter__(self) -> Self:
        self._tx.connection.add_query_logger(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._tx.connection.remove_query_logger(self._note)

    def _note(self, record: Any) -> None:
        self.queries.append(record.query)


@pytest.mark.req("CL-22", "CL-12", "LC-5.2.1", "CL-14")
async def test_the_tenant_chooses_what_is_asked_and_how_orders_are_numbered(
    stall: Stall, client: ClientFor
) -> None:
    rouge = await stall.goods("honten", "口紅", 1000, 9)
    buyer = await stall.buyer("花子")
    await stall.fill_cart(buyer, [(rouge, 1)])
    browser = client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(buyer))
    confirm = f"/shop/checkout/confirm?address={buyer.address_id}"
    page = (await browser.get(confirm)).text
    assert BOX in page
    assert "備考" in page
    form = {"note": "玄関先へ", "gift": "1", "back": confirm}
    kept = await browser.post("/shop/checkout/wishes", data=form)
    assert (kept.status_code, kept.headers["location"]) == (303, confirm)
    assert "玄関先へ" in (await browser.get(confirm)).text
    outside = await browser.post("/shop/checkout/wishes", data=form | {"back": "https://evil.example/"})
    assert outside.headers["location"] == "/shop/checkout/confirm"
    first = (await Till(client(stall.tenant), buyer).place()).json()["orders"][0]["number"]
    runtime = stall.ctx.runtime
    chosen = {
        "note_label": "配達メモ",
        "note_length": 20,
        "order_number_date": "short",
        "order_number_digits": 6,
    }
    await switches.configure(runtime, stall.tenant.id, "shop", chosen, actor="test")
    await stall.fill_cart(buyer, [(rouge, 1)])
    assert "配達メモ" in (await browser.get(confirm)).text
    long = await browser.post("/shop/checkout/wishes", data=form | {"note": "あ" * 21})
    assert "玄関先へ" not in (await browser.get(long.headers["location"])).text
    await switches.configure(
        runtime, stall.tenant.id, "shop", chosen | {"ask_note": False, "ask_gift": False}, actor="test"
    )
    assert BOX not in (await browser.get(confirm)).text
    await browser.post("/shop/checkout/wishes", data=form)
    second = (await Till(client(stall.tenant), buyer).place()).json()["orders"][0]["number"]
    assert re.fullmatch(r"LC-\d{8}-0001", first)
    assert re.fullmatch(r"LC-\d{6}-000002", second)
    async with stall.ctx.read() as tx:
        ids = await tx.values("SELECT id FROM shop_order")
        with Counting(tx) as counted:
            headers = await repository.headers_by_id(tx, ids)
            lines = await repository.lines_of_all(tx, ids)
    assert {header.number: (header.note, header.is_gift) for header in headers} == {
        first: ("玄関先へ", True),
        second: ("", False),
    }
    assert set(lines) == set(ids)
    assert len(counted.queries) == 2, "two statements, however many slips are printed"
