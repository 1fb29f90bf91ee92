"""Class D, money and goods that move: charges, refunds, captures, returns, and two who are in each other's way."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from nakamise.contracts.orders import Orders
from nakamise.ids import new_token, uuid7
from nakamise.money import Money
from nakamise_payments import by_hand, watching
from nakamise_payments.asking import find_op, settle
from nakamise_payments.reconciler import settle_open
from nakamise_payments.repository import _LIVE
from nakamise_payments.seller_terms import Terms, save
from nakamise_payments.service import PaymentService
from nakamise_returns import exchanging, handling, requesting
from nakamise_returns.schemas import (
    Decision,
    Exchange,
    NewRequest,
    Received,
    ReceivedLine,
    Refund,
    WantedLine,
)
from nakamise_shop.checkout import paying
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.expire import expire
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, Placed, PlaceOrder
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.cancel import cancel
from tests.faults.careless import Careless, Drop, Lapse
from tests.faults.contests import NO_LOCKS, Contest, shopper
from tests.faults.crowd import until_told
from tests.plugins.shop.stall import Buyer, Stall

PARCELS: Final = itertools.count(1)


async def ordered(stall: Stall, variant_id: uuid.UUID, quantity: int = 1) -> tuple[Buyer, Placed]:
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, quantity)])
    ctx = stall.ctx_of(buyer)
    seen = await until_told(lambda: confirm_view(ctx, buyer.address_id))
    wanted = PlaceOrder(buyer.address_id, seen.fingerprint)
    return buyer, await until_told(lambda: place(ctx, new_token(), wanted))


async def bought(
    stall: Stall, pieces: int = 1, *, shop: str = "honten", token: str = "tok_success"
) -> tuple[Buyer, Placed, uuid.UUID]:
    """Paid, or held; with what was bought, of which there is more."""
    variant_id = await stall.goods(shop, "品", 1000, pieces + 5)
    buyer, placed = await ordered(stall, variant_id, pieces)
    await paying.pay(stall.ctx_of(buyer), placed.purchase_id, new_token(), Pay(token))
    return buyer, placed, variant_id


def ops(stall: Stall, subject: uuid.UUID, kind: str) -> Callable[[], Awaitable[object]]:
    query = "SELECT count(*)::int FROM payments_op WHERE subject = $1 AND kind = $2 AND state <> 'failed'"
    return lambda: stall.value(query, subject, kind)


# --- one thing, many hands -------------------------------------------------------------------------------------------


async def refund_cap(stall: Stall, size: int) -> Contest:
    """¥1,550 were paid; everybody wants ¥900 back."""
    _, placed, _ = await bought(stall)

    async def act(seen_by: Stall, _: Careless) -> None:
        async with seen_by.ctx.begin() as tx:
            await PaymentService(seen_by.ctx).give_back(tx, placed.purchase_id, 900, "race")

    count = ops(stall, placed.purchase_id, "refund")
    return Contest([act] * size, count, 1, frozenset({"refund_too_large"}))


_NO_EXCESS: Final = "UPDATE payments_op SET reversed = amount WHERE reversed > amount"
NO_REFUND_RULE: Final = Lapse(
    cuts={" AND amount - reversed >= $2": ""}, drops=(Drop("payments_op", "reversed <= amount", _NO_EXCESS),)
)


async def live_charge(stall: Stall, size: int) -> Contest:
    subject = uuid7()

    async def act(seen_by: Stall, _: Careless) -> None:
        async with seen_by.ctx.begin() as tx:
            await PaymentService(seen_by.ctx).open(tx, subject, Money(500, "JPY"), "payments_sandbox")

    return Contest([act] * size, ops(stall, subject, "charge"), 1, frozenset({"payment_open"}))


NO_LIVE_RULE: Final = Lapse(
    cuts={f" ON CONFLICT (subject) WHERE kind = 'charge' AND NOT extra AND state IN {_LIVE} DO NOTHING": ""},
    drops=(Drop("", "payments_op_live", "UPDATE payments_op SET extra = true WHERE kind = 'charge'"),),
)


async def held(stall: Stall) -> uuid.UUID:
    """The purchase of an order whose money is only reserved."""
    if "yoyaku" not in stall.shops:
        shop_id = await stall.shop("yoyaku", "YY")
        async with stall.ctx.begin() as tx:
            await save(tx, shop_id, Terms("manual", "cancel"))
    _, placed, _ = await bought(stall, shop="yoyaku")
    return placed.purchase_id


async def capture(stall: Stall, size: int) -> Contest:
    purchase_id = await held(stall)

    async def act(seen_by: Stall, _: Careless) -> None:
        await PaymentService(seen_by.ctx).capture(purchase_id)

    return Contest([act] * size, ops(stall, purchase_id, "capture"), 1)


_NO_CAPTURES: Final = (
    "UPDATE payments_op SET state = 'failed', settled_at = coalesce(settled_at, now()) WHERE kind = 'capture'"
)
NO_CAPTURE_RULE: Final = Lapse(
    cuts={
        " ON CONFLICT (parent_id) WHERE kind = 'capture' AND state IN ('new', 'sending', 'unknown', 'succeeded')"
        " DO NOTHING": "",
        " FOR UPDATE OF payments_op": "",
    },
    drops=(Drop("", "payments_op_capture", _NO_CAPTURES),),
    meet=("INSERT INTO payments_op (id, kind, parent_id",),
)


async def paid_by_hand(stall: Stall, size: int) -> Contest:
    """A refund that the rail did not carry; everybody at the desk says that they have paid it out."""
    _, placed, _ = await bought(stall)
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE payments_sandbox_charge SET refunded = amount WHERE key ="
            " (SELECT id FROM payments_op WHERE subject = $1 AND kind = 'charge')",
            placed.purchase_id,
        )
        [refund_id] = await PaymentService(stall.ctx).give_back(tx, placed.purchase_id, 900, "race")
    await settle(stall.ctx, await find_op(stall.ctx, refund_id))

    async def act(seen_by: Stall, _: Careless) -> None:
        await by_hand.paid(seen_by.ctx, refund_id, "振込")

    said = "SELECT count(*)::int FROM core_audit WHERE act = 'payments.refunded_by_hand' AND subject = $1"
    count = lambda: stall.value(said, str(refund_id))  # noqa: E731
    return Contest([act] * size, count, 1, frozenset({"refund_settled"}))


NO_HAND_RULE: Final = Lapse(
    cuts={" FOR UPDATE OF payments_op": "", " WHERE id = $1 AND state = 'by_hand'": " WHERE id = $1"},
    meet=("UPDATE payments_op SET state = 'succeeded', settled_at = now(), note",),
)


# --- returns -----------------------------------------------------------------------------------------------------------


async def arrived(stall: Stall, pieces: int) -> tuple[Buyer, uuid.UUID, str, uuid.UUID]:
    """(buyer, order's id, its number, variant) of an order of one line that was delivered."""
    buyer, placed, variant_id = await bought(stall, pieces)
    order, ctx = placed.orders[0], stall.ctx
    async with ctx.begin() as tx:
        await fulfil.start(ctx, tx, order.id, [1])
        parcel = await fulfil.ship(ctx, tx, order.id, [1], Carrier.OTHER, f"R{next(PARCELS):09}")
        await fulfil.deliver(ctx, tx, order.id, parcel)
    return buyer, order.id, order.number, variant_id


async def came_back(stall: Stall, pieces: int, qty: int, wish: str = "refund") -> tuple[uuid.UUID, uuid.UUID]:
    """(return, variant): the goods were received and are looked at."""
    buyer, _, number, variant_id = await arrived(stall, pieces)
    wanted = NewRequest(lines=[WantedLine(1, qty)], reason="defect", wish=wish)  # type: ignore[arg-type]
    asked = await requesting.ask(stall.ctx_of(buyer), number, wanted)
    await handling.approve(stall.ctx, asked.head.id, Decision())
    came = ReceivedLine(line_no=1, received=qty, restock=0, condition="damaged")
    await handling.receive(stall.ctx, asked.head.id, Received(lines=[came]))
    return asked.head.id, variant_id


async def return_units(stall: Stall, size: int) -> Contest:
    buyer, order_id, number, _ = await arrived(stall, 1)
    wanted = NewRequest(lines=[WantedLine(1, 1)], reason="defect")

    async def act(seen_by: Stall, _: Careless) -> None:
        await requesting.ask(seen_by.ctx_of(buyer), number, wanted)

    asked = "SELECT count(*)::int FROM returns_request WHERE order_id = $1"
    count = lambda: stall.value(asked, order_id)  # noqa: E731
    return Contest([act] * size, count, 1, frozenset({"invalid", "claimed"}))


NO_UNITS_RULE: Final = Lapse(
    cuts={
        **NO_LOCKS,
        " AND claimed + $3 <= bought - $4": " AND $4::int IS NOT NULL",
    },
    drops=(Drop("returns_claim", "claimed <= bought"),),
    meet=("INSERT INTO returns_counter",),
)


async def return_refund(stall: Stall, size: int) -> Contest:
    request_id, _ = await came_back(stall, 3, 1)
    order_id = await stall.value("SELECT order_id FROM returns_request WHERE id = $1", request_id)

    async def act(seen_by: Stall, _: Careless) -> None:
        await handling.refund(seen_by.ctx, request_id, Refund())

    made = "SELECT count(*)::int FROM shop_refund WHERE order_id = $1"
    count = lambda: stall.value(made, order_id)  # noqa: E731
    return Contest([act] * size, count, 1, frozenset({"illegal_step"}))


NO_RETURN_RULE: Final = Lapse(
    cuts={
        **NO_LOCKS,
        " ON CONFLICT (idem) DO NOTHING": "",
        " WHERE id = $1 AND state = ANY($6)": " WHERE id = $1 AND $6::text[] IS NOT NULL",
    },
    drops=(Drop("shop_refund", "UNIQUE (idem)", "TRUNCATE shop_refund CASCADE"),),
    meet=("INSERT INTO shop_refund (id",),
)


async def exchange_or_sell(stall: Stall, _size: int) -> Contest:
    """One piece is left: sent again for a broken one, or sold."""
    request_id, variant_id = await came_back(stall, 1, 1, "exchange")
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 1, reserved = 0 WHERE variant_id = $1", variant_id)
    orders = await shopper(stall, variant_id)
    label = Exchange(carrier="other", tracking_number=f"X{next(PARCELS):09}")

    async def exchanges(seen_by: Stall, _: Careless) -> None:
        await exchanging.exchange(seen_by.ctx, request_id, label)

    async def count() -> int:
        sent = await stall.value(
            "SELECT count(*)::int FROM returns_request WHERE id = $1 AND state = 'exchanged'", request_id
        )
        more = await stall.value(
            "SELECT count(*)::int FROM shop_order_line l JOIN shop_order o ON o.id = l.order_id"
            " WHERE l.variant_id = $1 AND o.state = 'pending'",
            variant_id,
        )
        assert isinstance(sent, int)
        assert isinstance(more, int)
        return sent + more

    return Contest([exchanges, orders], count, 1, frozenset({"sold_out", "cart_trouble"}))


NO_STOCK_RULE_FOR_TWO: Final = Lapse(
    cuts={" AND s.on_hand - s.reserved >= w.qty": ""},
    drops=(Drop("shop_stock", "reserved <= on_hand"),),
    meet=("UPDATE shop_stock s SET reserved",),
)


# --- two in each other's way: ``count`` is how many contradictions are left ---------------------------------------------


async def expire_or_pay(stall: Stall, _size: int) -> Contest:
    """The time to pay ends while the money is under way: paid, or given back; never kept for nothing."""
    variant_id = await stall.goods("honten", "間際", 1000, 5)
    buyer, placed = await ordered(stall, variant_id)
    is_paid = asyncio.Event()

    async def pays(seen_by: Stall, _: Careless) -> None:
        await paying.pay(seen_by.ctx_of(buyer), placed.purchase_id, new_token(), Pay("tok_success"))
        is_paid.set()

    async def ends(seen_by: Stall, careless: Careless) -> None:
        if careless.lapse.cuts:
            await is_paid.wait()
        async with seen_by.ctx.begin() as tx:
            await tx.execute(
                "UPDATE shop_purchase SET expires_at = now() - interval '1 second' WHERE id = $1",
                placed.purchase_id,
            )
        await expire(seen_by.ctx, placed.purchase_id)

    return Contest([pays, ends], _kept_for_nothing(stall, placed.purchase_id), 0, frozenset({"hold_ended"}))


def _kept_for_nothing(stall: Stall, purchase_id: uuid.UUID) -> Callable[[], Awaitable[object]]:
    """1 when the purchase and its money contradict each other."""
    return lambda: stall.value(
        "SELECT count(*)::int FROM shop_purchase p JOIN shop_order o ON o.purchase_id = p.id"
        " JOIN payments_op c ON c.subject = p.id AND c.kind = 'charge' AND c.state = 'succeeded'"
        " WHERE p.id = $1 AND NOT CASE WHEN o.state = 'paid' THEN p.state = 'paid' AND c.reversed = 0"
        " ELSE c.reversed = c.amount END",
        purchase_id,
    )


# A refund of nothing is what would stop it next.
_NOTHING: Final = Drop("payments_op", "amount > 0", "DELETE FROM payments_op WHERE amount = 0")
# An order that was paid meanwhile is ended by a statement that does not ask any more.
NO_PENDING_RULE: Final = Lapse(
    cuts={" WHERE id = $1 AND state = 'pending' AND expires_at <= now()": " WHERE id = $1"},
    drops=(_NOTHING,),
)


async def cancel_or_pay(stall: Stall, _size: int) -> Contest:
    variant_id = await stall.goods("honten", "迷い", 1000, 5)
    buyer, placed = await ordered(stall, variant_id)
    number = placed.orders[0].number

    is_paid = asyncio.Event()

    async def pays(seen_by: Stall, _: Careless) -> None:
        await paying.pay(seen_by.ctx_of(buyer), placed.purchase_id, new_token(), Pay("tok_success"))
        is_paid.set()

    async def cancels(seen_by: Stall, careless: Careless) -> None:
        if careless.lapse.cuts:
            await is_paid.wait()
        await cancel(seen_by.ctx_of(buyer), number, new_token())

    count = _kept_for_nothing(stall, placed.purchase_id)
    return Contest([pays, cancels], count, 0, frozenset({"hold_ended", "not_cancellable", "already_paid"}))


NO_STATE_RULE: Final = Lapse(cuts={" AND state = ANY($2)": " AND $2::text[] IS NOT NULL"}, drops=(_NOTHING,))


async def cancel_or_ship(stall: Stall, _size: int) -> Contest:
    """Either the parcel leaves or the money goes back."""
    buyer, placed, variant_id = await bought(stall)
    await ordered(stall, variant_id)  # somebody else's piece is reserved, too: stock alone would not tell
    order = placed.orders[0]

    async def ships(seen_by: Stall, _: Careless) -> None:
        ctx = seen_by.ctx
        async with ctx.begin() as tx:
            await ctx.service(Orders).ship(tx, order.id, [1], "other", f"S{next(PARCELS):09}")

    async def cancels(seen_by: Stall, _: Careless) -> None:
        await cancel(seen_by.ctx_of(buyer), order.number, new_token())

    count = lambda: stall.value(  # noqa: E731
        "SELECT count(*)::int FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id WHERE o.id = $1"
        " AND o.state IN ('cancelled', 'refunded') AND l.fulfil_state = 'shipped'",
        order.id,
    )
    refusals = frozenset({"order_not_open", "illegal_step", "not_cancellable"})
    return Contest([ships, cancels], count, 0, refusals)


NO_SHIPPED_RULE: Final = Lapse(
    cuts={**NO_LOCKS},
    meet=("UPDATE shop_order SET state = $3", "INSERT INTO shop_shipment"),
)


async def capture_or_let_go(stall: Stall, _size: int) -> Contest:
    """The reservation is about to end: staff take it while the watch lets it go. Never both."""
    purchase_id = await held(stall)
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE payments_op SET capture_before = now() + $2 WHERE subject = $1 AND kind = 'charge'",
            *(purchase_id, timedelta(hours=2)),
        )

    async def takes(seen_by: Stall, _: Careless) -> None:
        await PaymentService(seen_by.ctx).capture(purchase_id)

    async def lets_go(seen_by: Stall, _: Careless) -> None:
        await watching.watch(seen_by.ctx)

    async def count() -> object:
        async with stall.ctx.begin() as tx:
            await tx.execute(
                "UPDATE payments_op SET next_at = now() - interval '1 second' WHERE subject = $1", purchase_id
            )
        await settle_open(stall.ctx)
        return await stall.value(_TAKEN_OR_NOT, purchase_id)

    return Contest([takes, lets_go], count, 0, frozenset({"authorization_ended"}))


# 1 when provider, payment, ledger and order do not say the same.
_TAKEN_OR_NOT: Final = """
SELECT count(*)::int FROM payments_op c JOIN payments_sandbox_charge s ON s.key = c.id
JOIN shop_order o ON o.purchase_id = c.subject
CROSS JOIN LATERAL (SELECT coalesce(sum(t.amount), 0) AS amount FROM payments_transfer t
                    WHERE t.op_id = c.id AND t.kind = 'capture') AS booked
WHERE c.subject = $1 AND c.kind = 'charge' AND NOT (s.state = c.state AND CASE c.state
    WHEN 'succeeded' THEN o.state = 'paid' AND booked.amount = s.captured AND s.captured = c.amount
    ELSE o.state <> 'paid' AND booked.amount = 0 AND s.captured = 0 END)
"""
# What is being taken is not let go; and who comes first decides at the provider: one that takes what it has let go
# would contradict us.
NO_LET_GO_RULE: Final = Lapse(
    cuts={
        **NO_LOCKS,
        " AND NOT EXISTS (SELECT 1 FROM payments_op c WHERE c.parent_id = $1 AND c.kind = 'capture'"
        " AND c.state IN ('new', 'sending', 'unknown', 'succeeded'))": "",
        " AND state IN ('requires_action', 'authorized')": "",
        " AND state = 'authorized' AND capture_before > now()": "",
    },
    meet=("UPDATE payments_sandbox_charge SET state",),
)
