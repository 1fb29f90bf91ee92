"""The state machines of orders and lines: every edge that the rules allow is taken by the database, and no other."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from datetime import UTC, datetime

import asyncpg
import pytest

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.testing.fixtures import ClientFor
from nakamise_shop import privacy
from nakamise_shop.checkout.numbers import take_numbers
from nakamise_shop.checkout.repository import move_order
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_number import USUAL
from nakamise_shop.domain.order_state import (
    LINE_EDGES,
    ORDER_EDGES,
    LineState,
    OrderState,
    line_sources,
    order_sources,
)
from nakamise_shop.orders import disputes, fulfil, refunding, replacing
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_shop.orders.closing import close_due
from nakamise_shop.orders.repository import header_by_id
from nakamise_shop.orders.schemas import pay_status
from nakamise_shop.orders.status import PAY_SQL
from nakamise_shop.staff.shops import states as shop_states
from tests.plugins.shop.stall import Stall, Till

EVERYTHING = 10**9
YAMATO = ("123456789013", "123456789024")


async def paid_order(
    stall: Stall, client: ClientFor, *, stock: int = 5
) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """(order, purchase, variant) of two pieces at ¥1,000."""
    rouge = await stall.goods("honten", "口紅", 1000, stock)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 2)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    return uuid.UUID(placed["orders"][0]["id"]), uuid.UUID(placed["purchase_id"]), rouge


class Undo(Exception):
    pass


@pytest.mark.req("LC-9.7.1", "LC-8.6.2")
async def test_the_tables_take_every_state_and_every_update_only_its_edges(
    stall: Stall, client: ClientFor
) -> None:
    order_id, purchase_id, _ = await paid_order(stall, client)
    with pytest.raises(Undo):
        async with stall.ctx.begin() as tx:
            for state in OrderState:
                taken = await _targets_of_order(stall, tx, order_id, purchase_id, state)
                assert taken == set(ORDER_EDGES[state]), state
            for line in LineState:
                assert await _targets_of_line(tx, order_id, line) == set(LINE_EDGES[line]), line
            raise Undo
    for table, column in (
        ("shop_order", "state"),
        ("shop_order", "fulfil_state"),
        ("shop_order_line", "fulfil_state"),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            async with stall.ctx.begin() as tx:
                await tx.execute(f"UPDATE {table} SET {column} = 'draft'")
    # The negative control: without the sources in its condition an update skips any step.
    with pytest.raises(Undo):
        async with stall.ctx.begin() as tx:
            assert await tx.execute("UPDATE shop_order SET state = 'pending'") == 1
            raise Undo


async def _targets_of_order(
    stall: Stall, tx: Tx, order_id: uuid.UUID, purchase_id: uuid.UUID, state: OrderState
) -> set[OrderState]:
    """Where the updates of the orders' code lead from ``state``."""
    taken = set()
    for target in set(OrderState) - {OrderState.DISPUTED}:
        await _put(tx, order_id, state)
        if state is not OrderState.DISPUTED and await move_order(
            tx, order_id, sorted(order_sources(target)), target
        ):
            taken.add(target)
    origins = [one for one in OrderState if OrderState.DISPUTED in ORDER_EDGES[one]]
    for origin in origins if state is OrderState.DISPUTED else ():
        for is_lost in (False, True):
            await _put(tx, order_id, origin)
            await disputes.opened(stall.ctx, tx, purchase_id)
            await tx.execute("UPDATE shop_order_line SET refunded_qty = qty")  # no stock moves here
            if is_lost:
                await disputes.lost(stall.ctx, tx, purchase_id, EVERYTHING)
            else:
                await disputes.won(stall.ctx, tx, purchase_id)
            await tx.execute("UPDATE shop_order_line SET refunded_qty = 0")
            await tx.execute("UPDATE shop_order SET refunded_cash = 0, shipping_refunded = false")
            taken.add(OrderState(await tx.value("SELECT state FROM shop_order WHERE id = $1", order_id)))
    await _put(tx, order_id, state)
    await disputes.opened(stall.ctx, tx, purchase_id)
    now = OrderState(await tx.value("SELECT state FROM shop_order WHERE id = $1", order_id))
    return taken if now is state else taken | {now}


async def _put(tx: Tx, order_id: uuid.UUID, state: OrderState) -> None:
    origin = "paid" if state is OrderState.DISPUTED else None
    await tx.execute(
        "UPDATE shop_order SET state = $2, disputed_from = $3 WHERE id = $1", order_id, state, origin
    )


async def _targets_of_line(tx: Tx, order_id: uuid.UUID, state: LineState) -> set[LineState]:
    taken = set()
    for target in LineState:
        await tx.execute("UPDATE shop_order_line SET fulfil_state = $2 WHERE order_id = $1", order_id, state)
        if await tx.execute(
            "UPDATE shop_order_line SET fulfil_state = $2 WHERE order_id = $1 AND fulfil_state = ANY($3)",
            *(order_id, target, sorted(line_sources(target))),
        ):
            taken.add(target)
    return taken


@pytest.mark.req("LC-5.1.2", "CL-15")
async def test_the_payment_badge_in_sql_is_that_of_the_rules(stall: Stall) -> None:
    at = datetime(2026, 6, 10, tzinfo=UTC)
    async with stall.ctx.read() as tx:
        for state in OrderState:
            for paid_at in (None, at):
                for until, back, waits, charge, untaken in (
                    (None, 0, False, 5, 0),
                    (at, 0, False, 5, 0),
                    (at, 0, False, 5, 5),
                    (None, 0, False, 5, 5),
                    (None, 5, False, 5, 4),
                    (None, 5, False, 0, 0),
                    (None, 5, True, 5, 5),
                ):
                    shown = await tx.value(
                        f"SELECT {PAY_SQL} FROM (SELECT $1::text AS state, $2::timestamptz AS paid_at,"
                        " $4::bigint AS refunded_cash, 0 AS refunded_points, $5::boolean AS refund_waits,"
                        " $6::bigint AS charge, $7::bigint AS untaken) o,"
                        " (SELECT $3::timestamptz AS authorized_until) p",
                        *(state, paid_at, until, back, waits, charge, untaken),
                    )
                    is_void = charge > 0 and untaken == charge
                    said = pay_status(state, paid_at, until, back, waits=waits, uncharged=is_void)
                    assert shown == said, (state, paid_at, until, back, waits, charge, untaken)


@pytest.mark.req("LC-5.2.5")
async def test_a_dispute_stops_the_order_and_leads_back_or_ends_it(stall: Stall, client: ClientFor) -> None:
    order_id, purchase_id, rouge = await paid_order(stall, client)
    for _ in range(2):
        async with stall.ctx.begin() as tx:
            await disputes.opened(stall.ctx, tx, purchase_id)
    with pytest.raises(Conflict):
        async with stall.ctx.begin() as tx:
            await fulfil.start(stall.ctx, tx, order_id, [1])
    with pytest.raises(Conflict):
        async with stall.ctx.begin() as tx:
            await cancel_as_staff(stall.ctx, tx, order_id, "x")
    async with stall.ctx.begin() as tx:
        await disputes.won(stall.ctx, tx, purchase_id)
    assert await stall.value("SELECT state FROM shop_order") == "paid"
    assert await stall.stock_of(rouge) == (5, 2)
    async with stall.ctx.begin() as tx:
        await disputes.opened(stall.ctx, tx, purchase_id)
        await disputes.lost(stall.ctx, tx, purchase_id, EVERYTHING)
    assert await stall.value("SELECT state FROM shop_order") == "refunded"
    assert await stall.stock_of(rouge) == (5, 0)
    kinds = await stall.value("SELECT array_agg(kind ORDER BY at, id) FROM shop_order_event")
    assert kinds == ["placed", "paid", "disputed", "dispute_won", "disputed", "dispute_lost"]


@pytest.mark.req("LC-5.2.5")
async def test_an_order_is_closed_after_its_window_and_not_before(stall: Stall, client: ClientFor) -> None:
    order_id, purchase_id, _ = await paid_order(stall, client)
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1])
        await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, YAMATO[0])
        await tx.execute("UPDATE shop_order SET paid_at = now() - interval '61 days'")
        await tx.execute("UPDATE shop_shipment SET shipped_at = now() - interval '59 days'")
    await close_due(stall.ctx)
    assert await stall.value("SELECT state FROM shop_order") == "paid"
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shipment SET shipped_at = now() - interval '61 days'")
    await asyncio.gather(close_due(stall.ctx), close_due(stall.ctx))
    assert await stall.value("SELECT state FROM shop_order") == "closed"
    assert await stall.value("SELECT count(*) FROM shop_order_event WHERE kind = 'closed'") == 1
    # Something goes back later: it is closed again, and still says so.
    async with stall.ctx.begin() as tx:
        await refunding.refund(
            stall.ctx, tx, order_id, RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        )
        assert await tx.value("SELECT state FROM shop_order") == "part_refunded"
    await close_due(stall.ctx)
    async with stall.ctx.read() as tx:
        header = await header_by_id(tx, order_id)
    assert header is not None
    assert (header.state, header.pay_status) == ("closed", "part_refunded")
    async with stall.ctx.begin() as tx:
        await disputes.opened(stall.ctx, tx, purchase_id)
        assert await tx.value("SELECT disputed_from FROM shop_order") == "closed"
        again = ([RefundLine(line_no=1, qty=1)], Carrier.YAMATO, YAMATO[1])
        with pytest.raises(Conflict):
            await replacing.replace(stall.ctx, tx, order_id, *again)
        await disputes.won(stall.ctx, tx, purchase_id)
        await replacing.replace(stall.ctx, tx, order_id, *again)
    assert await stall.value("SELECT count(*) FROM shop_shipment") == 2
    assert await stall.value("SELECT state FROM shop_order") == "closed"


@pytest.mark.req("LC-8.6.2", "LC-8.6.3")
async def test_of_two_who_ship_the_same_line_one_does(stall: Stall, client: ClientFor) -> None:
    order_id, _, rouge = await paid_order(stall, client)
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1])

    async def ship(number: str) -> bool:
        try:
            async with stall.ctx.begin() as tx:
                await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, number)
        except Conflict:
            return False
        return True

    assert Counter(await asyncio.gather(*(ship(number) for number in YAMATO))) == {True: 1, False: 1}
    assert await stall.stock_of(rouge) == (3, 0)
    assert await stall.value("SELECT count(*) FROM shop_shipment") == 1
    # The negative control: who looks first and writes afterwards, without a condition, sends it twice.
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_order_line SET fulfil_state = 'processing'")
    looked = asyncio.Barrier(2)

    async def careless() -> bool:
        async with stall.ctx.begin() as tx:
            state = await tx.value("SELECT fulfil_state FROM shop_order_line WHERE order_id = $1", order_id)
            await looked.wait()
            if state == "processing":
                await tx.execute(
                    "UPDATE shop_order_line SET fulfil_state = 'shipped' WHERE order_id = $1", order_id
                )
        return bool(state == "processing")

    assert all(await asyncio.gather(careless(), careless()))


@pytest.mark.req("DF-09", "LC-5.2.6")
async def test_cancelling_and_shipping_at_once_end_in_one_of_both(stall: Stall, client: ClientFor) -> None:
    for _ in range(3):
        order_id, purchase_id, rouge = await paid_order(stall, client)
        async with stall.ctx.begin() as tx:
            await fulfil.start(stall.ctx, tx, order_id, [1])

        async def ship(order_id: uuid.UUID = order_id) -> str:
            try:
                async with stall.ctx.begin() as tx:
                    await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, YAMATO[0])
            except Conflict:
                return ""
            return "shipped"

        async def cancel(order_id: uuid.UUID = order_id) -> str:
            try:
                async with stall.ctx.begin() as tx:
                    await cancel_as_staff(stall.ctx, tx, order_id, "在庫の破損")
            except Conflict:
                return ""
            return "cancelled"

        done = [one for one in await asyncio.gather(ship(), cancel()) if one]
        assert len(done) == 1
        given_back = await stall.value(
            "SELECT count(*) FROM payments_op WHERE kind = 'refund' AND subject = $1", purchase_id
        )
        if done == ["shipped"]:
            assert (given_back, await stall.stock_of(rouge)) == (0, (3, 0))
        else:
            assert (given_back, await stall.stock_of(rouge)) == (1, (5, 0))


@pytest.mark.req("DF-06", "LC-5.2.1")
async def test_two_hundred_at_once_get_two_hundred_numbers(stall: Stall) -> None:
    at = datetime(2026, 6, 10, 3, tzinfo=UTC)
    zone = stall.ctx.tenant.zone

    async def take() -> str:
        async with stall.ctx.begin() as tx:
            return next((await take_numbers(tx, {"LC": 1}, at, zone, USUAL))["LC"])

    numbers = await asyncio.gather(*(take() for _ in range(200)))
    assert sorted(numbers) == [f"LC-20260610-{n:04d}" for n in range(1, 201)]
    # The negative control: the highest so far and one more is the same for all who look at once.
    looked = asyncio.Barrier(4)

    async def careless() -> int:
        async with stall.ctx.read() as tx:
            last = await tx.value("SELECT last FROM shop_order_counter WHERE prefix = 'LC'")
            await looked.wait()
        return int(last) + 1

    assert len(set(await asyncio.gather(*(careless() for _ in range(4))))) == 1


@pytest.mark.req("LC-5.2.5")
async def test_an_unsent_order_of_which_only_what_was_kept_is_left_holds_up_nobody(
    stall: Stall, client: ClientFor
) -> None:
    """Nothing is to be sent: it is closed, and counts as finished before. What the bank takes later is no last unit."""
    order_id, purchase_id, _ = await paid_order(stall, client)
    wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=2),), deduction=300)
    async with stall.ctx.begin() as tx:
        await refunding.refund(stall.ctx, tx, order_id, wanted)
        assert await tx.value("SELECT state || fulfil_state FROM shop_order") == "part_refundedunfulfilled"
        shop_id, buyer_id = await tx.values("SELECT unnest(ARRAY[shop_id, buyer_id]) FROM shop_order")
        assert (await shop_states.left(tx, shop_id)).orders == 0
    with pytest.raises(Undo):
        async with stall.ctx.begin() as tx:
            assert await privacy.erase(stall.ctx, tx, buyer_id)
            raise Undo
    reserved = "UPDATE shop_purchase SET authorized_until = now() + interval '1 day'"
    for query, state in ((reserved, "part_refunded"), (reserved.partition("=")[0] + "= NULL", "closed")):
        async with stall.ctx.begin() as tx:
            await tx.execute(query)
        await close_due(stall.ctx)
        assert await stall.value("SELECT state FROM shop_order") == state
    async with stall.ctx.begin() as tx:
        await disputes.opened(stall.ctx, tx, purchase_id)
        await disputes.lost(stall.ctx, tx, purchase_id, EVERYTHING)
        assert await tx.values("SELECT is_last FROM shop_refund ORDER BY at, id") == [True, False]
        assert await tx.value("SELECT state FROM shop_order") == "refunded"
