"""G: days, borders and wrong clocks. Money, stock and numbers go by the database's time alone."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nakamise.contracts.payments import PaymentState
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise_payments.reconciler import settle_open
from nakamise_shop.checkout import paying
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.expire import expire_due
from nakamise_shop.checkout.numbers import take_numbers
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, PlaceOrder
from nakamise_shop.domain.order_number import NumberFormat, order_day
from tests.faults import ground
from tests.plugins.invariants import broken
from tests.plugins.shop.stall import Stall, open_stall

TOKYO = ZoneInfo("Asia/Tokyo")
SKEWS = (
    timedelta(days=-1),
    timedelta(hours=-9),
    timedelta(seconds=31),
    timedelta(hours=15),
    timedelta(days=31),
)


@pytest.fixture(scope="module")
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    return await open_stall(make_tenant, ctx_for)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-12-31T14:59:59.999999", date(2026, 12, 31)),
        ("2026-12-31T15:00:00", date(2027, 1, 1)),
        ("2028-02-28T15:00:00", date(2028, 2, 29)),
        ("2028-02-29T15:00:00", date(2028, 3, 1)),
        ("2027-02-28T15:00:00", date(2027, 3, 1)),
        # Clocks are turned elsewhere on these days; Japan has no summer time.
        ("2026-03-28T23:30:00", date(2026, 3, 29)),
        ("2026-10-25T01:30:00", date(2026, 10, 25)),
    ],
)
def test_the_day_of_an_order_is_the_tenants(at: str, day: date) -> None:
    assert order_day(datetime.fromisoformat(at).replace(tzinfo=UTC), TOKYO) == day


async def test_numbers_begin_anew_at_midnight_in_japan(stall: Stall) -> None:
    midnight = datetime(2028, 2, 28, 15, tzinfo=UTC)
    async with stall.ctx.begin() as tx:
        last = await take_numbers(tx, {"N": 2}, midnight - timedelta(microseconds=1), TOKYO, NumberFormat())
        first = await take_numbers(tx, {"N": 1}, midnight, TOKYO, NumberFormat())
    assert [*last["N"], *first["N"]] == ["N-20280228-0001", "N-20280228-0002", "N-20280229-0001"]


@pytest.mark.req("LC-5.2.1", "DF-07")
async def test_a_wrong_clock_of_the_application_decides_nothing(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, len(SKEWS))
    right = stall.ctx
    for skew in SKEWS:
        buyer = await stall.buyer()
        await stall.fill_cart(buyer, [(variant_id, 1)])
        ctx = ground.at(stall.ctx_of(buyer), datetime.now(UTC) + skew)
        seen = await confirm_view(ctx, buyer.address_id)
        placed = await place(ctx, uuid.uuid4().hex, PlaceOrder(buyer.address_id, seen.fingerprint))
        async with right.begin() as tx:
            now = await tx.value("SELECT now()")
            # A job whose server is a month ahead must not end what may still be paid.
            await expire_due(ground.at(right, now + timedelta(days=31)))
        assert timedelta(minutes=29) < placed.expires_at - now < timedelta(minutes=31)
        assert placed.orders[0].number.startswith(f"LC-{now.astimezone(TOKYO):%Y%m%d}-")
    assert await stall.value("SELECT count(*) FROM shop_purchase WHERE state = 'pending'") == len(SKEWS)
    # The control: when the database says so, they do end.
    async with right.begin() as tx:
        await tx.execute("UPDATE shop_purchase SET expires_at = now() - interval '1 second'")
    await expire_due(ground.at(right, datetime.now(UTC) - timedelta(days=1)))
    assert await stall.value("SELECT count(*) FROM shop_purchase WHERE state = 'expired'") == len(SKEWS)
    assert await stall.stock_of(variant_id) == (len(SKEWS), 0)
    assert await broken(right) == {}


@pytest.mark.req("BX-16")
async def test_a_vouchers_day_is_the_databases_whatever_a_servers_clock_says(stall: Stall) -> None:
    """Three days on, at the end of the day in Japan; the clock jumps between ordering, paying and expiring."""
    variant_id = await stall.goods("honten", "紅筆", 1000, len(SKEWS))
    due = "SELECT array_agg(expires_at) FROM shop_purchase WHERE provider_id = 'payments_sandbox:konbini'"
    for skew, later in zip(SKEWS, SKEWS[::-1], strict=True):
        buyer = await stall.buyer()
        await stall.fill_cart(buyer, [(variant_id, 1)])
        ctx = ground.at(stall.ctx_of(buyer), datetime.now(UTC) + skew)
        seen = await confirm_view(ctx, buyer.address_id)
        wanted = PlaceOrder(buyer.address_id, seen.fingerprint, "payments_sandbox:konbini")
        placed = await place(ctx, uuid.uuid4().hex, wanted)
        jumped = ground.at(stall.ctx_of(buyer), datetime.now(UTC) + later)
        paid = await paying.pay(jumped, placed.purchase_id, uuid.uuid4().hex, Pay("konbini"))
        assert paid.state is PaymentState.REQUIRES_ACTION
        await settle_open(jumped)
        await expire_due(jumped)
    held = await stall.value(due)
    assert isinstance(held, list)
    async with stall.ctx.read() as tx:
        today = (await tx.value("SELECT now()")).astimezone(TOKYO).date()
    assert {end.astimezone(TOKYO).isoformat() for end in held} == {
        f"{today + timedelta(days=3)}T23:59:59+09:00"
    }
    assert len(held) == len(SKEWS)
    assert await stall.stock_of(variant_id) == (len(SKEWS), len(SKEWS))
    assert await broken(stall.ctx) == {}
