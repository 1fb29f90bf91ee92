"""SQL of the payments' own tables."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from nakamise.contracts.payments import ChargeStatus
from nakamise.db import Tx
from nakamise.errors import Problem
from nakamise.ids import uuid7
from nakamise.money import Money
from nakamise_payments.schemas import FINAL, Op, OpState, Report

_OPS: Final = (
    "SELECT id, kind, parent_id, subject, reference, provider_id, amount, currency, state, given_up, provider_ref,"
    " reversed, attempts, failure, action_url, created_at, first_sent_at, settled_at"
    " FROM payments_op"
)
_INSERT: Final = (
    "INSERT INTO payments_op (id, kind, parent_id, subject, reference, reason, provider_id, amount, currency)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (subject) WHERE kind = 'charge'"
    " AND state IN ('new', 'sending', 'unknown', 'requires_action', 'succeeded') DO NOTHING"
)
PAGE_SIZE: Final = 50


async def insert_charge(tx: Tx, subject: uuid.UUID, amount: Money, provider_id: str) -> uuid.UUID | None:
    """None when the subject has a live charge already."""
    op_id = uuid7()
    done = await tx.execute(
        _INSERT, op_id, "charge", None, subject, "", "", provider_id, amount.amount, amount.currency
    )
    return op_id if done == 1 else None


async def insert_refund(tx: Tx, charge: Op, amount: int, reason: str, reference: str) -> uuid.UUID:
    op_id = uuid7()
    await tx.execute(
        _INSERT,
        *(op_id, "refund", charge.id, charge.subject, reference, reason),
        *(charge.provider_id, amount, charge.currency),
    )
    return op_id


async def find(tx: Tx, op_id: uuid.UUID) -> Op | None:
    return await tx.first(Op, f"{_OPS} WHERE id = $1", op_id)


async def lock(tx: Tx, op_id: uuid.UUID) -> Op:
    """Raises RowMissing."""
    return await tx.one(Op, f"{_OPS} WHERE id = $1 FOR UPDATE", op_id)


async def lock_subject(tx: Tx, subject: uuid.UUID) -> list[Op]:
    """All charges of the subject, held in the order of their ids."""
    return await tx.all(
        Op,
        f"{_OPS} WHERE subject = $1 AND kind = 'charge' ORDER BY id FOR UPDATE",
        subject,
    )


async def charges_of(tx: Tx, subject: uuid.UUID) -> list[Op]:
    return await tx.all(
        Op,
        f"{_OPS} WHERE subject = $1 AND kind = 'charge' ORDER BY id",
        subject,
    )


async def start(tx: Tx, op_id: uuid.UUID) -> bool:
    """Whether this caller is the one who may send it."""
    touched = await tx.execute(
        "UPDATE payments_op SET state = 'sending', attempts = attempts + 1,"
        " first_sent_at = coalesce(first_sent_at, (SELECT now())), next_at = now() + interval '2 minutes'"
        " WHERE id = $1 AND state = 'new' AND NOT given_up",
        op_id,
    )
    return touched == 1


async def try_again_later(tx: Tx, op_id: uuid.UUID) -> None:
    """No answer: unknown, asked again after 2, 4, 8 … at most 60 minutes."""
    await tx.execute(
        "UPDATE payments_op SET state = 'unknown', attempts = attempts + 1,"
        " next_at = now() + least(60, 2 ^ least(attempts, 6)) * interval '1 minute'"
        " WHERE id = $1 AND state IN ('new', 'sending', 'unknown')",
        op_id,
    )


async def ask_again_later(tx: Tx, op_id: uuid.UUID) -> None:
    """Asked and still open, e.g. while the buyer is at the bank's page."""
    await tx.execute(
        "UPDATE payments_op SET attempts = attempts + 1,"
        " next_at = now() + least(60, 2 ^ least(attempts, 6)) * interval '1 minute'"
        " WHERE id = $1 AND state IN ('new', 'sending', 'unknown', 'requires_action')",
        op_id,
    )


async def record(tx: Tx, op: Op, state: OpState, status: ChargeStatus) -> None:
    await tx.execute(
        "UPDATE payments_op SET state = $2, provider_ref = $3, failure = $4, action_url = $5,"
        " settled_at = CASE WHEN $6 THEN (SELECT now()) END, next_at = now() + interval '2 minutes' WHERE id = $1",
        *(op.id, state, status.reference, status.failure, status.action_url, state in FINAL),
    )


async def give_up(tx: Tx, subject: uuid.UUID) -> list[uuid.UUID]:
    """Cancel what was never sent; the ids of what the provider must be asked about."""
    await tx.execute(
        "UPDATE payments_op SET state = 'canceled', given_up = true, settled_at = now()"
        " WHERE subject = $1 AND kind = 'charge' AND state = 'new'",
        subject,
    )
    return await tx.values(
        "UPDATE payments_op SET given_up = true, next_at = now()"
        " WHERE subject = $1 AND kind = 'charge'"
        " AND state IN ('sending', 'unknown', 'requires_action') RETURNING id",
        subject,
    )


async def take_from_charge(tx: Tx, otherwise: Problem, charge_id: uuid.UUID, amount: int) -> None:
    """Raises ``otherwise`` when less than ``amount`` is left of the charge."""
    await tx.must_touch_one(
        otherwise,
        "UPDATE payments_op SET reversed = reversed + $2"
        " WHERE id = $1 AND state = 'succeeded' AND amount - reversed >= $2",
        charge_id,
        amount,
    )


async def put_back_on_charge(tx: Tx, otherwise: Problem, charge_id: uuid.UUID, amount: int) -> None:
    """A refund failed for good."""
    await tx.must_touch_one(
        otherwise,
        "UPDATE payments_op SET reversed = reversed - $2 WHERE id = $1 AND reversed >= $2",
        charge_id,
        amount,
    )


async def due(tx: Tx, limit: int) -> list[uuid.UUID]:
    """Ops that were sent, or wait to be sent as refunds, and whose time has come."""
    return await tx.values(
        "SELECT id FROM payments_op WHERE next_at <= now()"
        " AND state IN ('new', 'sending', 'unknown', 'requires_action')"
        " AND NOT (kind = 'charge' AND state = 'new') ORDER BY next_at LIMIT $1",
        limit,
    )


async def ops_since(tx: Tx, provider_id: str, since: datetime) -> list[Op]:
    return await tx.all(
        Op,
        f"{_OPS} WHERE provider_id = $1 AND created_at >= $2",
        provider_id,
        since,
    )


async def ops_by_id(tx: Tx, ids: Sequence[uuid.UUID]) -> list[Op]:
    return await tx.all(Op, f"{_OPS} WHERE id = ANY($1)", list(ids))


async def list_ops(tx: Tx, state: str | None, page: int) -> tuple[list[Op], int]:
    ops = await tx.all(
        Op,
        f"{_OPS} WHERE $1::text IS NULL OR state = $1 ORDER BY created_at DESC, id LIMIT $2 OFFSET $3",
        *(state, PAGE_SIZE, (page - 1) * PAGE_SIZE),
    )
    total = await tx.value("SELECT count(*) FROM payments_op WHERE $1::text IS NULL OR state = $1", state)
    return ops, int(total)


async def insert_report(tx: Tx, report: Report) -> None:
    await tx.execute(
        "INSERT INTO payments_report (id, since, provider_id, compared, charged, refunded, differences)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(report.id, report.since, report.provider_id, report.compared),
        *(report.charged, report.refunded, report.differences),
    )


async def last_reports(tx: Tx, limit: int) -> list[Report]:
    return await tx.all(
        Report,
        "SELECT id, at, since, provider_id, compared, charged, refunded, differences FROM payments_report"
        " ORDER BY at DESC, id LIMIT $1",
        limit,
    )
