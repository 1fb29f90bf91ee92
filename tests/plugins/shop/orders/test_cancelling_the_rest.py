"""An order of which a part was taken out can be cancelled as before: what is left of it goes back."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.errors import Conflict
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_shop.orders.refunding import refund
from tests.plugins.shop.staff.office import grant
from tests.plugins.shop.stall import Stall, Till

BUTTON, WORDS = 'id="order-cancel"', "お店が処理を始めるまでは"
STATE = "SELECT state || ' ' || fulfil_state FROM shop_order"


async def part_taken_out(
    stall: Stall, client: ClientFor, units: int = 2, **more: Any
) -> tuple[Till, str, uuid.UUID, uuid.UUID]:
    """3 × ¥1,000 + ¥550, paid; ``units`` are out. Till, number, ids of order and variant."""
    rouge = await stall.goods("honten", "紅", 1000, 9)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 3)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    [order] = placed["orders"]
    lines = (RefundLine(line_no=1, qty=units),)
    async with stall.ctx.begin() as tx:
        await refund(
            stall.ctx, tx, uuid.UUID(order["id"]), RefundOrder(idem=uuid.uuid4(), lines=lines, **more)
        )
    return till, order["number"], uuid.UUID(order["id"]), rouge


async def cancel(stall: Stall, client: ClientFor, till: Till, number: str, key: str) -> httpx.Response:
    headers = {**till.buyer.headers, "Idempotency-Key": key}
    return await client(stall.tenant).post(f"/api/shop/orders/{number}/cancel", headers=headers)


async def page(stall: Stall, client: ClientFor, till: Till, number: str) -> str:
    browser = client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(till.buyer))
    return (await browser.get(f"/shop/orders/{number}")).text


@pytest.mark.req("LC-5.2.6", "DF-09")
async def test_the_buyer_cancels_what_is_left(stall: Stall, client: ClientFor, drain: Drain) -> None:
    till, number, _, rouge = await part_taken_out(stall, client)
    before = await page(stall, client, till, number)
    assert (BUTTON in before, WORDS in before) == (True, True)
    answers = await asyncio.gather(*(cancel(stall, client, till, number, "the-rest-1") for _ in range(3)))
    assert [(one.status_code, one.json()["refund"]) for one in answers] == [(200, 1550)] * 3
    assert await stall.stock_of(rouge) == (9, 0)
    await drain(stall.tenant)
    assert await stall.value(STATE) == "refunded unfulfilled"
    assert await stall.value("SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'") == 3550
    assert (await cancel(stall, client, till, number, "the-rest-2")).status_code == 409
    after = await page(stall, client, till, number)
    assert (BUTTON in after, WORDS in after) == (False, False)
    kinds = await stall.value("SELECT string_agg(kind, ' ' ORDER BY at, id) FROM shop_order_event")
    assert str(kinds).startswith("placed paid refunding cancelled refunding"), kinds


@pytest.mark.req("LC-5.2.6", "LC-9.7.1")
async def test_staff_cancel_what_is_left_until_it_leaves(stall: Stall, client: ClientFor) -> None:
    till, number, order_id, _ = await part_taken_out(stall, client)
    staff = await stall.buyer("店員")
    await grant(stall, staff, "shop_staff")
    desk = client(stall.tenant)
    desk.cookies.set("sid", await stall.browser_session(staff))
    at = f"/admin/shop/orders/{order_id}"
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1])
    assert BUTTON not in await page(stall, client, till, number), "the shop has begun"
    assert 'id="staff-cancel"' in (await desk.get(at)).text
    sent = await desk.post(f"{at}/cancel", data={"confirm": "1", "reason": "破損のため"})
    assert sent.status_code == 303, sent.text
    assert await stall.value(STATE) == "refunded unfulfilled"
    assert "破損のため" in await page(stall, client, till, number)


@pytest.mark.req("LC-5.2.6")
async def test_what_left_or_is_gone_is_not_cancelled(stall: Stall, client: ClientFor) -> None:
    _, _, sent_id, _ = await part_taken_out(stall, client)
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, sent_id, [1])
    async with stall.ctx.begin() as tx:
        await fulfil.ship(stall.ctx, tx, sent_id, [1], Carrier.YAMATO, "1234-5678-9013")
    # Every unit is out, and something was kept back: no parcel, no money to give.
    _, _, empty_id, _ = await part_taken_out(stall, client, 3, deduction=100)
    for order_id in (sent_id, empty_id):
        with pytest.raises(Conflict) as refused:
            async with stall.ctx.begin() as tx:
                await cancel_as_staff(stall.ctx, tx, order_id, "x")
        assert refused.value.code == "not_cancellable"
