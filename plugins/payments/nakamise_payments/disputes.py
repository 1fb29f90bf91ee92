"""Disputes: the bank takes money back for now; refunds wait for its end."""

from __future__ import annotations

import logging
import uuid
from typing import Final

from nakamise.contracts.payment_movements import DisputeState, DisputeStatus
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_payments import covering, ledger, mails, repository, telling
from nakamise_payments.asking import look
from nakamise_payments.schemas import Dispute, DisputePage, Op

log: Final = logging.getLogger("nakamise.payments")
_ROWS: Final = (
    "SELECT d.id, d.provider_id, d.reference, d.op_id, d.amount, d.currency, d.state, d.reason, d.is_inquiry,"
    " d.respond_by, d.opened_at, d.closed_at, o.subject FROM payments_dispute d JOIN payments_op o ON o.id = d.op_id"
)
PAGE_SIZE: Final = 20


async def apply(ctx: TenantCtx, provider_id: str, told: DisputeStatus) -> None:
    """Once for each state; a dispute that ended stays as it is."""
    async with ctx.read() as tx:
        about = await repository.find(tx, told.charge_op_id)
    if about is None:
        log.error("dispute %s is about an unknown charge %s", told.reference, told.charge_op_id)
        return
    # A bank takes back what was paid: when nobody told us of that yet, the order must be paid before it is disputed.
    await look(ctx, about)
    async with ctx.begin() as tx:
        charge = await repository.lock(tx, told.charge_op_id)
        known = await _known(tx, provider_id, told.reference)
        if known is None:
            known = await _open(ctx, tx, charge, provider_id, told)
        elif known.is_inquiry and not told.is_inquiry and known.state is DisputeState.OPEN:
            await tx.execute("UPDATE payments_dispute SET is_inquiry = false WHERE id = $1", known.id)
            await ledger.enter(tx, charge, "dispute", known.amount, f"dispute:{known.id}")
        if known.state is DisputeState.OPEN and told.state is not DisputeState.OPEN:
            await _close(ctx, tx, charge, known, told)


async def _known(tx: Tx, provider_id: str, reference: str) -> Dispute | None:
    return await tx.first(
        Dispute, f"{_ROWS} WHERE d.provider_id = $1 AND d.reference = $2", provider_id, reference
    )


async def _open(ctx: TenantCtx, tx: Tx, charge: Op, provider_id: str, told: DisputeStatus) -> Dispute:
    dispute_id = uuid7()
    await tx.execute(
        "INSERT INTO payments_dispute (id, provider_id, reference, op_id, amount, currency, state, reason,"
        " is_inquiry, respond_by) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9)",
        *(dispute_id, provider_id, told.reference, charge.id, told.amount.amount, told.amount.currency),
        *(told.reason, told.is_inquiry, told.respond_by),
    )
    if not told.is_inquiry:
        await ledger.enter(tx, charge, "dispute", told.amount.amount, f"dispute:{dispute_id}")
    opened = await tx.one(Dispute, f"{_ROWS} WHERE d.id = $1", dispute_id)
    await telling.disputed(ctx, tx, await repository.lock(tx, charge.id), DisputeState.OPEN, opened.amount)
    await mails.disputed(ctx, tx, opened)
    return opened


async def _close(ctx: TenantCtx, tx: Tx, charge: Op, known: Dispute, told: DisputeStatus) -> None:
    await tx.execute(
        "UPDATE payments_dispute SET state = $2, closed_at = now() WHERE id = $1 AND state = 'open'",
        known.id,
        told.state,
    )
    moved = await tx.value(
        "SELECT EXISTS (SELECT 1 FROM payments_transfer WHERE idem = $1)", f"dispute:{known.id}"
    )
    if told.state is DisputeState.WON and moved:
        await ledger.enter(tx, charge, "dispute_won", known.amount, f"dispute_won:{known.id}")
    covered = 0
    if told.state is DisputeState.LOST:
        await repository.recount(tx, charge.id)
        covered = await covering.cover(ctx, tx, charge.id, known.amount)
    charge = await repository.lock(tx, charge.id)
    if told.state is DisputeState.WON and charge.is_disputed:
        return  # Another one is open: nothing goes on before its end.
    await telling.disputed(ctx, tx, charge, told.state, known.amount - covered)


async def of_charge(tx: Tx, op_id: uuid.UUID) -> list[Dispute]:
    return await tx.all(Dispute, f"{_ROWS} WHERE d.op_id = $1 ORDER BY d.opened_at DESC, d.id", op_id)


async def open_ones(tx: Tx) -> list[Dispute]:
    return await tx.all(
        Dispute, f"{_ROWS} WHERE d.state = 'open' ORDER BY d.respond_by NULLS LAST, d.opened_at, d.id"
    )


async def ended(tx: Tx, page: int) -> DisputePage:
    """One page of those that were won or lost, the last first."""
    items = await tx.all(
        Dispute,
        f"{_ROWS} WHERE d.state <> 'open' ORDER BY d.closed_at DESC, d.id LIMIT $1 OFFSET $2",
        *(PAGE_SIZE, (page - 1) * PAGE_SIZE),
    )
    total = int(await tx.value("SELECT count(*) FROM payments_dispute WHERE state <> 'open'"))
    return DisputePage(items=items, total=total, page=page, page_size=PAGE_SIZE)
