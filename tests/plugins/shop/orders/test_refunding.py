"""Refunds of lines and units: to the yen, once, and never more than is left."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from nakamise.contracts.checkout import RefundDraft
from nakamise.contracts.orders import OrderRefund, RefundLine, RefundOrder
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.plugin import CheckoutHooks, TenantCtx, hookimpl
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.refunding import refund
from tests.core.host.plugins import hooks, plugin
from tests.plugins.shop.stall import Stall, Till

TOTAL = 3 * 333 + 2 * 1000 + 550
REFUNDED = "SELECT sum(amount)::int FROM payments_op WHERE kind = 'refund'"


class Points(CheckoutHooks):
    """Keeps what it was told in the audit log, and fails when asked to."""

    fails = False

    @hookimpl
    async def refund_commit(self, ctx: TenantCtx, tx: Tx, refund: RefundDraft) -> None:
        await ctx.audit(tx, "points.returned", str(refund.refund_id), last=refund.is_last)
        if Points.fails:
            raise Conflict("The points cannot be returned.", code="planted")


async def bought(
    stall: Stall, client: ClientFor, *, token: str | None = "tok_success"
) -> tuple[uuid.UUID, Any]:
    """3 × ¥333 and 2 × ¥1,000 + ¥550 shipping; the order and its variants."""
    goods = [await stall.goods("honten", "飴", 333, 5), await stall.goods("honten", "湯呑", 1000, 5)]
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(goods[0], 3), (goods[1], 2)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    if token:
        await till.pay(placed["purchase_id"], token)
    return uuid.UUID(placed["orders"][0]["id"]), goods


async def give(
    ctx: TenantCtx, order_id: uuid.UUID, *lines: tuple[int, int], idem: uuid.UUID | None = None, **more: Any
) -> OrderRefund:
    restock = more.pop("restock", 0)
    wanted = tuple(RefundLine(line_no=no, qty=qty, restock=restock) for no, qty in lines)
    async with ctx.begin() as tx:
        return await refund(ctx, tx, order_id, RefundOrder(idem=idem or uuid.uuid4(), lines=wanted, **more))


@pytest.mark.req("LC-9.7.1", "GA-45", "BX-15")
async def test_units_go_back_before_and_after_they_were_sent(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    order_id, goods = await bought(stall, client)
    first = await give(stall.ctx, order_id, (1, 1), (2, 1), reason="欠品のため")
    assert (first.cash, first.shipping, first.lines) == (1333, 0, ((1, 1, 333), (2, 1, 1000)))
    assert [await stall.stock_of(one) for one in goods] == [(5, 2), (5, 1)], "never sent: free again"
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1, 2])
    async with stall.ctx.begin() as tx:
        await fulfil.ship(stall.ctx, tx, order_id, [1, 2], Carrier.YAMATO, "1234-5678-9013")
    assert [await stall.stock_of(one) for one in goods] == [(3, 0), (4, 0)], "only what is left was sent"
    await give(stall.ctx, order_id, (1, 2), restock=1)
    assert await stall.stock_of(goods[0]) == (4, 0), "one of two can be sold again"
    last = await give(stall.ctx, order_id, (2, 1))
    assert (last.cash, last.shipping) == (1550, 550), "shipping goes with the last unit"
    assert await stall.value("SELECT state FROM shop_order") == "refunded"
    await drain(stall.tenant)
    assert await stall.value(REFUNDED) == TOTAL
    assert await stall.value("SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'") == TOTAL
    mails = "SELECT count(*)::int FROM core_mail WHERE subject LIKE '%の返金'"
    assert await stall.value(mails) == 3
    body = "SELECT text_body FROM core_mail WHERE subject LIKE '%の返金' ORDER BY created_at LIMIT 1"
    text = str(await stall.value(body))
    assert "欠品のため" in text
    assert "¥1,333" in text


@pytest.mark.req("GA-45")
async def test_what_is_too_much_unpaid_or_unknown_is_refused(stall: Stall, client: ClientFor) -> None:
    order_id, _ = await bought(stall, client)
    idem = uuid.uuid4()
    done = await give(stall.ctx, order_id, (1, 1), idem=idem)
    assert await give(stall.ctx, order_id, (1, 1), idem=idem) == done, "the same again changes nothing"
    wrong: list[tuple[dict[str, Any], list[tuple[int, int]], str]] = [
        ({"idem": idem}, [(1, 2)], "idem_used"),
        ({}, [(1, 3)], "refund_too_much"),
        ({}, [(1, 0)], "refund_too_much"),
        ({}, [(9, 1)], "refund_too_much"),
        ({}, [(1, 1), (1, 1)], "refund_too_much"),
        ({"restock": 2}, [(1, 1)], "refund_too_much"),
        ({}, [], "nothing_to_refund"),
    ]
    for more, lines, code in wrong:
        with pytest.raises(Conflict) as refused:
            await give(stall.ctx, order_id, *lines, **more)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        await give(stall.ctx, uuid.uuid4(), (1, 1))
    shipping = await give(stall.ctx, order_id, with_shipping=True)
    assert (shipping.cash, shipping.lines) == (550, ())
    with pytest.raises(Conflict):
        await give(stall.ctx, order_id, with_shipping=True)
    unpaid, _ = await bought(stall, client, token=None)
    with pytest.raises(Conflict) as refused:
        await give(stall.ctx, unpaid, (1, 1))
    assert refused.value.code == "not_refundable"
    assert await stall.value(REFUNDED) == 333 + 550


async def test_a_plugin_that_cannot_give_back_undoes_the_refund(stall: Stall, client: ClientFor) -> None:
    order_id, goods = await bought(stall, client)
    extended = PluginHost.discover(
        entry_points=[*installed_entry_points(), plugin("tickets", hooks=hooks(Points))]
    )
    lineup = extended.lineup(stall.tenant.plugins | {"tickets"})
    ctx = TenantCtx(stall.ctx.runtime, stall.tenant, stall.ctx.actor, lineup)
    Points.fails = True
    try:
        with pytest.raises(Conflict):
            await give(ctx, order_id, (1, 3))
    finally:
        Points.fails = False
    untouched = "SELECT count(*)::int FROM shop_order WHERE state = 'paid' AND refunded_cash = 0"
    assert await stall.value(untouched) == 1
    assert await stall.value(REFUNDED) is None
    assert await stall.stock_of(goods[0]) == (5, 3)
    await give(ctx, order_id, (1, 3), (2, 2))
    told = (
        "SELECT count(*)::int FROM core_audit WHERE act = 'points.returned' AND (detail ->> 'last')::boolean"
    )
    assert await stall.value(told) == 1


@pytest.mark.req("GA-45")
async def test_two_refunds_of_the_last_unit_cannot_both_have_it(stall: Stall, client: ClientFor) -> None:
    order_id, goods = await bought(stall, client)
    await give(stall.ctx, order_id, (1, 2))
    answers = await asyncio.gather(
        *(give(stall.ctx, order_id, (1, 1)) for _ in range(6)), return_exceptions=True
    )
    assert [type(one) for one in answers if not isinstance(one, OrderRefund)] == [Conflict] * 5
    idem = uuid.uuid4()
    same = await asyncio.gather(*(give(stall.ctx, order_id, (2, 1), idem=idem) for _ in range(4)))
    assert len({one.id for one in same}) == 1
    assert await stall.value(REFUNDED) == 999 + 1000
    assert await stall.stock_of(goods[0]) == (5, 0)


async def test_reading_and_then_writing_would_sell_the_last_unit_twice(
    stall: Stall, client: ClientFor
) -> None:
    """Negative control of the race above: two who look first and write afterwards both believe they have it."""
    order_id, _ = await bought(stall, client)
    both_have_read = asyncio.Barrier(2)

    async def careless() -> bool:
        async with stall.ctx.begin() as tx:
            left = await tx.value(
                "SELECT qty - refunded_qty FROM shop_order_line WHERE order_id = $1 AND line_no = 1", order_id
            )
            await both_have_read.wait()
            if left >= 3:
                await tx.execute(
                    "UPDATE shop_order_line SET refunded_qty = 3 WHERE order_id = $1 AND line_no = 1",
                    order_id,
                )
            return bool(left >= 3)

    assert list(await asyncio.gather(careless(), careless())) == [True, True]
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_order_line SET refunded_qty = 0 WHERE line_no = 1")
