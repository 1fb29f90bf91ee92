"""Shares that failed are sent again once, whoever does it; what is stopped, done or left to staff is left alone."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from nakamise.contracts.payments import PaymentReports
from nakamise.errors import Conflict
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.testing.tenants import client_of, ctx_of
from nakamise_payments import stuck
from nakamise_payments.sellers import pay_due
from nakamise_payments_stripe.provider import ID, StripeProvider
from tests.faults.careless import Lapse, without
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.test_sellers import NOBODYS, SENT, Sales
from tests.plugins.payments_stripe.test_share_terms import give_one_back, ready
from tests.plugins.shop.stall import Stall

STAFF = 4
LATEST = "SELECT id FROM payments_op WHERE kind = $1 AND reference = $2 ORDER BY id DESC LIMIT 1"
CHARGE = (
    "SELECT c.id FROM payments_op c JOIN shop_order o ON o.purchase_id = c.subject"
    " WHERE o.id = $1::text::uuid AND c.kind = 'charge'"
)
PLANT = (
    "INSERT INTO payments_sale (order_id, subject, seller_id, by_hand, done_at)"
    " SELECT $1, $1, $2, $3, CASE WHEN $4 THEN now() END"
)


class Site:
    """A shop whose shares Stripe takes, and a browser there."""

    def __init__(self, sales: Sales, client: httpx.AsyncClient, account: Json) -> None:
        self.sales, self.client, self.account = sales, client, account

    async def sold(self, pieces: int = 1) -> str:
        """The order's id; its share was sent."""
        order_id = await self.sales.sell(self.client, pieces)
        await self.sales.pay()
        return order_id

    async def latest(self, kind: str, order_id: str) -> uuid.UUID:
        found = await self.sales.stall.value(LATEST, kind, order_id)
        assert isinstance(found, uuid.UUID)
        return found

    async def listed(self, order_id: str) -> list[uuid.UUID]:
        async with self.sales.ctx.read() as tx:
            return [one.id for one in await stuck.all_of(tx) if str(one.order_id) == order_id]


@pytest.fixture
async def site(
    stripe_runtime: tuple[Runtime, App], shops_stripe: StripeServer, stall: Stall
) -> AsyncIterator[Site]:
    sales = Sales(*stripe_runtime, stall, shops_stripe)
    async with client_of(sales.app, sales.runtime, stall.tenant) as client:
        site = Site(sales, client, await ready(sales, client))
        yield site
        site.account["capabilities"] = {"transfers": "active"}


@pytest.mark.req("CL-30")
async def test_a_share_is_sent_again_once_whoever_asks_for_it(site: Site) -> None:
    """Four of the staff have looked before anyone wrote; the negative control is the same without the condition."""
    site.account["capabilities"] = {"transfers": "inactive"}
    cut = {"WHERE order_id = $1 AND op_id = $2": "WHERE order_id = $1 AND $2::uuid IS NOT NULL"}
    for is_careless, count in ((False, 1), (True, STAFF)):
        order_id = await site.sold()
        failed = await site.latest("transfer", order_id)
        assert await site.listed(order_id) == [failed]
        cuts = cut if is_careless else {}
        meeting = Lapse(cuts=cuts, meet=("AND kind = 'charge' ORDER BY id FOR UPDATE",), party=STAFF)
        other, careless = without(site.sales.stall, meeting)
        ctx = ctx_of(other.ctx.runtime, site.sales.stall.tenant)
        said = await asyncio.gather(*(stuck.again(ctx, failed) for _ in range(STAFF)), return_exceptions=True)
        careless.check()
        assert await site.sales.stall.value(SENT, order_id) == 1 + count
        assert [type(one) for one in said if one is not None] == [Conflict] * (STAFF - count)
        await site.sales.work()
        async with site.sales.ctx.begin() as tx:
            await tx.execute("DELETE FROM payments_sale WHERE order_id = $1::text::uuid", order_id)


@pytest.mark.req("CL-30")
async def test_of_what_does_not_come_back_the_newest_try_is_listed(site: Site) -> None:
    """Staff have taken the share back at Stripe: nothing is left there that could come back."""
    sales, order_id = site.sales, await site.sold(2)
    assert await site.listed(order_id) == [], "it arrived"
    share = await site.latest("transfer", order_id)
    [transfer] = [one for one in sales.stripe.books.all("transfer") if one["metadata"]["op_id"] == str(share)]
    before, transfer["amount_reversed"] = transfer["amount_reversed"], transfer["amount"]
    await give_one_back(sales, order_id)
    await sales.work()
    first = await site.latest("reversal", order_id)
    assert await site.listed(order_id) == [first]
    await stuck.again(sales.ctx, first)
    assert await site.listed(order_id) == [], "it is on its way once more"
    with pytest.raises(Conflict) as refused:
        await stuck.again(sales.ctx, first)
    assert refused.value.code == "share_sent"
    await sales.work()
    second = await site.latest("reversal", order_id)
    assert second != first
    assert await site.listed(order_id) == [second]
    transfer["amount_reversed"] = before
    await stuck.again(sales.ctx, second)
    await sales.work()
    assert await site.listed(order_id) == []
    assert await sales.moved(order_id) == 2550 - 255


@pytest.mark.req("CL-30")
async def test_nothing_is_passed_on_while_a_dispute_is_open(site: Site) -> None:
    sales = site.sales
    order_id = await sales.sell(site.client, 1)
    charge = await sales.stall.value(CHARGE, order_id)
    [intent] = [
        one for one in sales.stripe.books.all("payment_intent") if one["metadata"].get("op_id") == str(charge)
    ]
    disputed = sales.stripe.moves.dispute(intent)
    for status, sent in (("needs_response", 0), ("won", 1)):
        if status == "won":
            sales.stripe.moves.close(disputed, status)
        told = await StripeProvider(sales.ctx).dispute_of(disputed)
        assert told is not None
        await sales.ctx.service(PaymentReports).disputed(ID, told)
        await sales.pay()
        assert await sales.stall.value(SENT, order_id) == sent, status


@pytest.mark.req("CL-30")
async def test_sales_that_are_done_or_left_to_staff_are_not_looked_at_again(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Of orders that there are no more: who looks at one of them says so."""
    left, done, waits = uuid.uuid4(), uuid.uuid4(), NOBODYS
    async with site.sales.ctx.begin() as tx:
        for order_id, by_hand, is_done in ((left, 900, False), (done, None, True), (waits, None, False)):
            await tx.execute(PLANT, order_id, site.sales.seller, by_hand, is_done)
    with caplog.at_level(logging.ERROR, "nakamise.payments"):
        await pay_due(site.sales.ctx)
    looked_at = [one for one in (left, done, waits) if f"share of order {one}" in caplog.text]
    assert looked_at == [waits]
    async with site.sales.ctx.begin() as tx:
        await tx.execute("DELETE FROM payments_sale WHERE order_id = ANY($1)", [left, done, waits])
