"""Authorisations run out: staff are warned two days and one day before, and then what the settings say is done."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, minute, yen
from nakamise_payments import captures, repository
from nakamise_payments.asking import find_op, settle
from nakamise_payments.schemas import Op

log: Final = logging.getLogger("nakamise.payments")
BATCH: Final = 100
# Long enough before the end for a provider that does not answer at once.
_ENDING: Final = """
SELECT id, capture_before FROM payments_op
WHERE state = 'authorized' AND capture_before <= now() + interval '3 hours'
  AND ($1::timestamptz IS NULL OR (capture_before, id) > ($1, $2)) ORDER BY capture_before, id LIMIT $3
"""
_TO_WARN: Final = """
WITH due AS (
    SELECT id, CASE WHEN capture_before <= now() + interval '1 day' THEN 2 ELSE 1 END AS level
    FROM payments_op WHERE state = 'authorized' AND NOT given_up AND capture_before <= now() + interval '2 days'
    ORDER BY id FOR UPDATE)
UPDATE payments_op o SET warned = due.level FROM due WHERE o.id = due.id AND o.warned < due.level
RETURNING o.id, o.subject, o.amount - o.reversed AS amount, o.capture_before, o.at_expiry, due.level
"""


class _Ending(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    capture_before: datetime


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """``level`` 1 = two days before, 2 = one day before."""

    id: uuid.UUID
    subject: uuid.UUID
    amount: int
    capture_before: datetime
    at_expiry: str
    level: int


async def watch(ctx: TenantCtx) -> None:
    """Every five minutes."""
    async with ctx.begin() as tx:
        warned = await tx.all(Warned, _TO_WARN)
        if warned:
            await _mail(ctx, tx, warned)
    last: _Ending | None = None
    while True:
        async with ctx.read() as tx:
            after = (last.capture_before, last.id) if last else (None, None)
            ending = await tx.all(_Ending, _ENDING, *after, BATCH)
        for last in ending:
            await _try_to_end(ctx, last.id)
        if len(ending) < BATCH:
            return


async def _try_to_end(ctx: TenantCtx, op_id: uuid.UUID) -> None:
    """One that cannot end must not keep the others waiting: theirs is the last hour, too."""
    try:
        await _end(ctx, await find_op(ctx, op_id))
    except Exception:
        log.exception("the authorisation %s cannot be ended", op_id)


async def _mail(ctx: TenantCtx, tx: Tx, warned: list[Warned]) -> None:
    rows = sorted(warned, key=lambda row: row.capture_before)
    _ = gettext_for(ctx.tenant.locale, "payments")
    if any(row.at_expiry == "cancel" for row in rows):
        after = _(N_("What is not taken by then is let go, and its order is cancelled."))
    else:
        after = _(N_("What is not taken by then is taken by itself."))
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("%(n)s reserved amounts end soon"), n=len(rows)),
        paragraphs=[
            _(
                N_("Buyers' money is reserved for %(n)s orders and must be taken before it ends."),
                n=len(rows),
            ),
            after,
        ],
        facts=[
            (_(N_("Amount")), yen(sum(row.amount for row in rows))),
            (_(N_("First end")), minute(rows[0].capture_before, ctx.tenant.locale, ctx.tenant.timezone)),
        ],
        action={"label": _(N_("See the payments")), "path": "/admin/payments?state=authorized"},
    )


async def _end(ctx: TenantCtx, op: Op) -> None:
    """Take it or let it go, as it was agreed when it was made; what has ended already is looked up, and what is being
    taken is not let go."""
    try:
        async with ctx.begin() as tx:
            if op.at_expiry == "capture":
                _, next_id = await captures.ask(tx, op.subject)
            else:
                next_id = await _let_go(tx, op.id)
    except Conflict:
        next_id = op.id
    if next_id is not None:
        await settle(ctx, await find_op(ctx, next_id))


async def _let_go(tx: Tx, charge_id: uuid.UUID) -> uuid.UUID | None:
    """What the provider is to be asked about: the charge, or the capture that is open."""
    await repository.lock(tx, charge_id)
    if await repository.give_up_one(tx, charge_id):
        return charge_id
    return await repository.open_capture(tx, charge_id)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What the dashboard counts."""

    in_two_days: int
    in_one_day: int
    by_hand: int
    disputes: int


async def waiting(tx: Tx) -> Waiting:
    return await tx.one(
        Waiting,
        "SELECT count(*) FILTER (WHERE state = 'authorized' AND capture_before <= now() + interval '2 days')::int"
        " AS in_two_days,"
        " count(*) FILTER (WHERE state = 'authorized' AND capture_before <= now() + interval '1 day')::int"
        " AS in_one_day, count(*) FILTER (WHERE state = 'by_hand')::int AS by_hand,"
        " (SELECT count(*) FROM payments_dispute WHERE state = 'open')::int AS disputes"
        " FROM payments_op WHERE state IN ('authorized', 'by_hand')",
    )
