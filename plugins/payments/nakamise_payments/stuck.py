"""Shares of shops that did not get through, for staff to look at and to send once more."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.contracts.payments import OpKind
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_, yen
from nakamise_payments import captures, older, repository, sellers, shares
from nakamise_payments.reconciler import payouts_stopped
from nakamise_payments.sellers import Sale
from nakamise_payments.words import ASK_BACK

NO_CHARGE: Final = N_("The buyer paid nothing for this order. Pay the shop by bank transfer.")
# A share that failed, the newest taking back of a share where that failed, those that nothing can be sent of, and those
# of which the shop has too much since staff paid them.
_STUCK: Final = f"""
SELECT o.id, o.kind, o.amount, o.failure, o.provider_id, o.settled_at AS at, s.order_id, s.subject, s.seller_id,
       false AS by_hand
FROM payments_sale s JOIN payments_op o ON o.id = s.op_id
WHERE o.state IN ('failed', 'canceled')
UNION ALL
SELECT r.id, r.kind, r.amount, r.failure, r.provider_id, r.settled_at, s.order_id, s.subject, s.seller_id,
       false AS by_hand
FROM payments_sale s JOIN payments_op o ON o.id = s.op_id
JOIN payments_op r ON r.parent_id = o.id AND r.kind = 'reversal'
WHERE r.state IN ('failed', 'canceled') AND o.state NOT IN ('failed', 'canceled') AND NOT EXISTS (
    SELECT 1 FROM payments_op n WHERE n.parent_id = r.parent_id AND n.kind = 'reversal' AND n.id > r.id)
UNION ALL
SELECT s.order_id, 'transfer', s.by_hand, '{NO_CHARGE}', 'payments', s.created_at, s.order_id, s.subject, s.seller_id,
       true
FROM payments_sale s WHERE s.by_hand IS NOT NULL AND s.done_at IS NULL
UNION ALL
SELECT s.order_id, 'reversal', s.owed_back - s.got_back, '{ASK_BACK}', 'payments', s.done_at, s.order_id, s.subject,
       s.seller_id, true
FROM payments_sale s WHERE s.owed_back > s.got_back
ORDER BY 6, 1
"""  # noqa: S608

# An order may be refunded between the page and the payment, also wholly: then nothing was left to pay.
_BY_HAND: Final = """
SELECT CASE WHEN done_at IS NULL THEN by_hand ELSE 0 END AS now, paid_by_hand > 0 AS is_paid
FROM payments_sale WHERE order_id = $1 AND by_hand IS NOT NULL FOR UPDATE
"""
_PAID: Final = """
UPDATE payments_sale SET done_at = coalesce(done_at, (SELECT now())), paid_by_hand = $2, owed_back = $3 WHERE order_id = $1
"""


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """``failure`` is the provider's msgid. ``by_hand``: nothing can be sent, ``id`` is the order's; a reversal is what
    staff ask the shop for."""

    id: uuid.UUID
    kind: OpKind
    amount: int
    failure: str | None
    provider_id: str
    at: datetime
    order_id: uuid.UUID
    subject: uuid.UUID
    seller_id: uuid.UUID
    by_hand: bool


class _ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """``now`` is what is left to pay of it."""

    now: int
    is_paid: bool


async def all_of(tx: Tx) -> list[Stuck]:
    """The oldest first."""
    return await tx.all(Stuck, _STUCK)


async def count(tx: Tx) -> int:
    """Of both kinds, for the dashboard."""
    return int(await tx.value(f"SELECT count(*) FROM ({_STUCK}) stuck"))  # noqa: S608


async def names(
    ctx: TenantCtx, tx: Tx, rows: list[Stuck]
) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, str]]:
    """(of shops by their ids, of orders by theirs)."""
    shops, orders = ctx.optional_service(ShopSellers), ctx.optional_service(Orders)
    if shops is None or orders is None or not rows:
        return {}, {}
    wanted = tuple({row.order_id for row in rows})
    found = await shops.sellers(tx, sorted({row.seller_id for row in rows}))
    views = await orders.find(tx, OrderQuery(ids=wanted), limit=len(wanted))
    return {seller_id: one.name for seller_id, one in found.items()}, {one.id: one.number for one in views}


async def again(ctx: TenantCtx, op_id: uuid.UUID) -> None:
    """A new op with a new key. Raises NotFound; Conflict when it was sent again before, or payouts are stopped."""
    async with ctx.begin() as tx:
        row = next((one for one in await all_of(tx) if one.id == op_id and not one.by_hand), None)
        if row is None:
            if await repository.find(tx, op_id) is None:
                raise NotFound
            raise _sent()
        if row.kind is OpKind.REVERSAL:
            await shares.adjust(ctx, tx, row.order_id)
        else:
            await _pass_on(ctx, tx, row)
        await ctx.audit(tx, "payments.share_retried", str(row.order_id), amount=row.amount)


async def _pass_on(ctx: TenantCtx, tx: Tx, row: Stuck) -> None:
    # The charge before its sales, as whoever passes shares on.
    await captures.charge_of(tx, row.subject)
    if await payouts_stopped(tx):
        raise Conflict(
            N_("Payouts are stopped until somebody has noted why the books differ."),
            code="payouts_stopped",
            domain="payments",
        )
    await tx.must_touch_one(
        _sent(),
        "UPDATE payments_sale SET op_id = NULL WHERE order_id = $1 AND op_id = $2",
        *(row.order_id, row.id),
    )
    await sellers.pay(ctx, tx, Sale(order_id=row.order_id, subject=row.subject, seller_id=row.seller_id))


async def paid(ctx: TenantCtx, order_id: uuid.UUID, note: str, amount: int) -> None:
    """Staff paid ``amount``, as their page said it, of a share that nothing could be sent of. What it has shrunk by since
    is owed back. Raises NotFound; Conflict when no page can have said it, and a second time."""
    async with ctx.begin() as tx:
        await older.note_paid(tx, order_id)
        share = await tx.first(_ByHand, _BY_HAND, order_id)
        if share is None:
            raise NotFound
        if share.is_paid:
            raise Conflict(N_("This share was noted as paid already."), code="share_noted", domain="payments")
        if not share.now <= amount <= max(share.now, await shares.at_first(ctx, tx, order_id)):
            raise Conflict(
                N_("The shop's share is %(amount)s. Please look again."),
                code="share_changed",
                domain="payments",
                params={"amount": yen(share.now)},
            )
        await tx.execute(_PAID, order_id, amount, amount - share.now)
        await ctx.audit(tx, "payments.share_paid", str(order_id), amount=amount, note=note)


async def came_back(ctx: TenantCtx, order_id: uuid.UUID, amount: int, note: str) -> None:
    """The shop paid back what it had too much: ``amount``, as staff saw it. Raises NotFound; Conflict when it is
    another by now, also since it was noted."""
    async with ctx.begin() as tx:
        if (
            await tx.value("SELECT 1 FROM payments_sale WHERE order_id = $1 AND owed_back > 0", order_id)
            is None
        ):
            raise NotFound
        await tx.must_touch_one(
            Conflict(
                N_("The shop owes another amount by now, or it was noted already. Please look again."),
                code="share_owed_changed",
                domain="payments",
            ),
            "UPDATE payments_sale SET got_back = got_back + $2 WHERE order_id = $1 AND owed_back - got_back = $2"
            " AND $2 > 0",
            *(order_id, amount),
        )
        await ctx.audit(tx, "payments.share_came_back", str(order_id), amount=amount, note=note)


def _sent() -> Conflict:
    return Conflict(N_("This share was sent once more already."), code="share_sent", domain="payments")
