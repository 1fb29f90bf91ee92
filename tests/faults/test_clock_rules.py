"""G: every period that decides about money, on servers whose clocks are a day wrong either way, and while they jump.

A session's ``now()`` cannot be set, so the database's own clock is moved as far as it shows: what is compared with it
lies just before or just behind it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from nakamise.contracts.cart import CartInputs
from nakamise.errors import Conflict, Invalid, Problem
from nakamise.ids import new_token
from nakamise.plugin.context import TenantCtx
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise_coupons import service as coupons
from nakamise_coupons.schemas import NewCoupon
from nakamise_payments.asking import find_op, settle
from nakamise_payments.service import PaymentService
from nakamise_returns import requesting
from nakamise_returns.schemas import NewRequest, WantedLine
from nakamise_shop.checkout import paying
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, PlaceOrder
from nakamise_timesale import service as sales
from nakamise_timesale.schemas import ItemInput, SaleInput
from tests.faults import ground
from tests.faults.contests_money import arrived, bought, held
from tests.faults.crowd import crowd, until_told
from tests.faults.size import sized
from tests.plugins.shop.stall import PLUGINS, Stall

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# Slow and fast; months, too, at full size.
SKEWS = sized((-DAY, DAY), (-DAY, -10 * HOUR, -31 * DAY, DAY, 10 * HOUR, 31 * DAY, 366 * DAY))
BUYERS = sized(8, 200)


@pytest.fixture(scope="module")
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    tenant = await make_tenant(plugins=(*PLUGINS, "coupons", "timesale", "returns"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    return stall


def skewed(ctx: TenantCtx, skew: timedelta) -> TenantCtx:
    return ground.at(ctx, datetime.now(UTC) + skew)


async def execute(stall: Stall, query: str, *args: object) -> None:
    async with stall.ctx.begin() as tx:
        await tx.execute(query, *args)


@pytest.mark.parametrize("skew", SKEWS)
async def test_a_key_is_sent_again_for_twenty_three_hours_of_the_database(
    stall: Stall, skew: timedelta
) -> None:
    """A refund that never arrived: within the time it is sent once more, after it never."""
    for hours, is_sent in ((22, True), (24, False)):
        _, placed, _ = await bought(stall)
        async with stall.ctx.begin() as tx:
            [refund_id] = await PaymentService(stall.ctx).give_back(tx, placed.purchase_id, 500, "clock")
            await tx.execute(
                "UPDATE payments_op SET state = 'unknown', attempts = 1, first_sent_at = now() - $2::interval WHERE id = $1",
                *(refund_id, hours * HOUR),
            )
        ctx = skewed(stall.ctx, skew)
        await settle(ctx, await find_op(ctx, refund_id))
        there = "SELECT count(*)::int FROM payments_sandbox_charge WHERE key = $1"
        assert await stall.value(there, refund_id) == int(is_sent), (skew, hours)


@pytest.mark.parametrize("skew", SKEWS)
async def test_what_is_reserved_ends_when_the_database_says_so(stall: Stall, skew: timedelta) -> None:
    for left, is_taken in ((HOUR, True), (-HOUR, False)):
        purchase_id = await held(stall)
        await execute(
            stall,
            "UPDATE payments_op SET capture_before = now() + $2::interval WHERE subject = $1 AND kind = 'charge'",
            *(purchase_id, left),
        )
        payments = PaymentService(skewed(stall.ctx, skew))
        if is_taken:
            assert (await payments.capture(purchase_id)).captured == 1550
        else:
            with pytest.raises(Conflict):
                await payments.capture(purchase_id)


@pytest.mark.parametrize("skew", SKEWS)
async def test_a_coupon_and_a_sale_end_when_the_database_says_so(stall: Stall, skew: timedelta) -> None:
    goods = await stall.goods("honten", "割引", 1000, 9)
    product = await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", goods)
    assert isinstance(product, uuid.UUID)
    code = f"G{uuid.uuid4().hex[:8].upper()}"
    async with stall.ctx.begin() as tx:
        coupon = await coupons.create(
            stall.ctx, tx, NewCoupon(name="期限", kind="fixed", amount=300, code=code)
        )
        sale = await sales.create(stall.ctx, tx, SaleInput(name="期限"))
        await sales.add_item(stall.ctx, tx, sale, ItemInput(product_id=product, price=800))
    wrong = skewed(stall.ctx, skew)
    async with stall.ctx.begin() as tx:
        await sales.start(wrong, tx, sale)
    assert await ordered_for(stall, goods, code, timedelta()) == 500, "it runs from now on"
    for left, price in ((HOUR, 500), (-HOUR, 1000)):
        await execute(
            stall,
            "UPDATE coupons_coupon SET starts_at = now() - interval '2 hours', ends_at = now() + $2::interval WHERE id = $1",
            *(coupon, left),
        )
        await execute(
            stall,
            "UPDATE timesale_sale SET starts_at = now() - interval '2 hours', ends_at = now() + $2::interval WHERE id = $1",
            *(sale, left),
        )
        assert await ordered_for(stall, goods, code, skew) == price, (skew, left)
    await execute(stall, "UPDATE timesale_sale SET ends_at = NULL WHERE id = $1", sale)
    async with stall.ctx.begin() as tx:
        await sales.stop(wrong, tx, sale)
    assert await ordered_for(stall, goods, code, timedelta()) == 1000, "it has ended"


async def ordered_for(stall: Stall, goods: uuid.UUID, code: str, skew: timedelta) -> int:
    """What one piece costs whoever orders it on such a server, and is charged for it."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(goods, 1)])
    async with stall.ctx.begin() as tx:
        await stall.ctx_of(buyer).service(CartInputs).set(tx, {"coupons.code": code})
    ctx = skewed(stall.ctx_of(buyer), skew)
    seen = await until_told(lambda: confirm_view(ctx, buyer.address_id))
    placed = await place(ctx, new_token(), PlaceOrder(buyer.address_id, seen.fingerprint))
    return placed.due - 550


@pytest.mark.parametrize("skew", SKEWS)
async def test_goods_can_be_asked_back_as_long_as_the_database_says(stall: Stall, skew: timedelta) -> None:
    for days, may in ((6, True), (40, False)):
        buyer, order_id, number, _ = await arrived(stall, 1)
        back = "UPDATE shop_shipment SET delivered_at = delivered_at - $2::interval, shipped_at = shipped_at - $2::interval WHERE order_id = $1"
        await execute(stall, back, order_id, days * DAY)
        wanted = NewRequest(lines=[WantedLine(1, 1)], reason="changed_mind")
        asks = requesting.ask(skewed(stall.ctx_of(buyer), skew), number, wanted)
        if may:
            assert (await asks).head.order_id == order_id
        else:
            with pytest.raises(Invalid):
                await asks


class Jumping:
    """A clock that is somewhere else at every look."""

    def __init__(self) -> None:
        self._skews = itertools.cycle((-DAY, DAY, 31 * DAY, -HOUR))

    def now(self) -> datetime:
        return datetime.now(UTC) + next(self._skews)


async def test_a_clock_that_jumps_under_load_changes_nothing(stall: Stall) -> None:
    goods = await stall.goods("honten", "雑踏", 1000, BUYERS)
    people = [await stall.buyer() for _ in range(BUYERS)]
    for buyer in people:
        await stall.fill_cart(buyer, [(goods, 1)])
    clock = Jumping()

    async def buys(number: int) -> datetime:
        buyer = people[number]
        ctx = stall.ctx_of(buyer)
        ctx = TenantCtx(
            dataclasses.replace(ctx.runtime, clock=clock),
            ctx.tenant,
            ctx.actor,
            ctx.lineup,
            locale=ctx.locale,
        )
        seen = await until_told(lambda: confirm_view(ctx, buyer.address_id))
        placed = await place(ctx, new_token(), PlaceOrder(buyer.address_id, seen.fingerprint))
        while True:
            try:
                await paying.pay(ctx, placed.purchase_id, new_token(), Pay("tok_success"))
            except Problem as busy:
                if busy.status < 500:
                    raise
                await asyncio.sleep(0.05)
            else:
                return placed.expires_at

    told = await crowd(BUYERS, buys)
    assert told.codes == set()
    async with stall.ctx.read() as tx:
        now = await tx.value("SELECT now()")
        days = await tx.values("SELECT DISTINCT split_part(number, '-', 2) FROM shop_order")
    assert {f"{(now - back).astimezone(stall.tenant.zone):%Y%m%d}" for back in (HOUR, 0 * HOUR)} >= set(days)
    assert all(timedelta(minutes=20) < end - now < timedelta(minutes=31) for end in told.got)
    assert await stall.stock_of(goods) == (BUYERS, BUYERS)
