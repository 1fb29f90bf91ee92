"""SQL of the payments' own tables."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.payments import Capture, ChargeStatus, OpKind
from nakamise.db import Tx
from nakamise.errors import Problem
from nakamise.ids import uuid7
from nakamise.money import Money
from nakamise_payments.schemas import FINAL, Op, OpState, Report

_OPS: Final = (
    "SELECT id, kind, parent_id, subject, reference, provider_id, amount, currency, state, given_up, provider_ref,"
    " reversed, attempts, failure, action_url, created_at, first_sent_at, settled_at, method, capture, at_expiry,"
    " capture_before, captured, fee, instructions, extra, payer_id, seller_id, note,"
    " EXISTS (SELECT 1 FROM payments_dispute d WHERE d.op_id = payments_op.id AND d.state = 'open') AS is_disputed"
    " FROM payments_op"
)
_LIVE: Final = "('new', 'sending', 'unknown', 'requires_action', 'authorized', 'succeeded')"
_CHARGES: Final = (
    "INSERT INTO payments_op (id, kind, subject, reference, reason, provider_id, method, amount, currency, capture,"  # noqa: S608
    " at_expiry, payer_id) SELECT u.id, 'charge', u.subject, '', '', u.provider_id, u.method, u.amount, u.currency,"
    " u.capture, u.at_expiry, u.payer_id FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[],"
    " $6::text[], $7::text[], $8::text[], $9::uuid[])"
    " AS u (id, subject, provider_id, method, amount, currency, capture, at_expiry, payer_id)"
    f" ON CONFLICT (subject) WHERE kind = 'charge' AND NOT extra AND state IN {_LIVE} DO NOTHING"
)
_CHILD: Final = (
    "INSERT INTO payments_op (id, kind, parent_id, subject, reference, reason, provider_id, method, amount, currency,"
    " state, seller_id, failure) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    " ON CONFLICT (parent_id) WHERE kind = 'capture' AND state IN ('new', 'sending', 'unknown', 'succeeded')"
    " DO NOTHING"
)
_LOST: Final = (
    "(SELECT coalesce(sum(d.amount), 0) FROM payments_dispute d WHERE d.op_id = c.id AND d.state = 'lost')"
)
_OPEN_CAPTURE: Final = "c.kind = 'capture' AND c.state IN ('new', 'sending', 'unknown', 'succeeded')"
# The reason of refunds that give back what was taken without being owed: they take nothing of what is left.
EXCESS: Final = "more was taken than was left"
# The reason of releases of what was never taken, though it was to be.
SHORT: Final = "less was taken than was left"
PAGE_SIZE: Final = 50
_REPORTS: Final = (
    "SELECT r.id, r.at, r.since, r.provider_id, r.compared, r.charged, r.refunded, r.differences, r.moved,"
    " a.name AS acknowledged_by, coalesce(a.note, '') AS note FROM payments_report r"
    " LEFT JOIN payments_acknowledgement a ON a.report_id = r.id"
)


class NewCharge(msgspec.Struct, frozen=True, kw_only=True):
    """``provider_id`` is the plugin's."""

    subject: uuid.UUID
    amount: Money
    provider_id: str
    method: str
    capture: Capture
    at_expiry: str
    payer_id: uuid.UUID | None


async def insert_charges(tx: Tx, rows: Sequence[NewCharge]) -> list[uuid.UUID]:
    """Their ids in the order of ``rows``; fewer when a subject has a live charge already."""
    ids = [uuid7() for _ in rows]
    done = await tx.execute(
        _CHARGES,
        *(
            ids,
            [row.subject for row in rows],
            [row.provider_id for row in rows],
            [row.method for row in rows],
        ),
        *([row.amount.amount for row in rows], [row.amount.currency for row in rows]),
        *([row.capture for row in rows], [row.at_expiry for row in rows], [row.payer_id for row in rows]),
    )
    return ids[:done]


async def insert_child(
    tx: Tx,
    kind: OpKind,
    parent: Op,
    amount: int,
    reason: str,
    reference: str = "",
    *,
    state: OpState = OpState.NEW,
    failure: str | None = None,
    seller_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """An op about another one; None for a second capture of the same charge."""
    op_id = uuid7()
    done = await tx.execute(
        _CHILD,
        *(op_id, kind, parent.id, parent.subject, reference, reason),
        *(parent.provider_id, parent.method, amount, parent.currency, state, seller_id, failure),
    )
    return op_id if done == 1 else None


async def find(tx: Tx, op_id: uuid.UUID) -> Op | None:
    return await tx.first(Op, f"{_OPS} WHERE id = $1", op_id)


async def lock(tx: Tx, op_id: uuid.UUID) -> Op:
    """Raises RowMissing."""
    return await tx.one(Op, f"{_OPS} WHERE id = $1 FOR UPDATE OF payments_op", op_id)


async def lock_family(tx: Tx, op_id: uuid.UUID) -> Op:
    """The op, held, and what it is about before it: everybody takes them in this order. Raises RowMissing."""
    parent_id = await tx.value("SELECT parent_id FROM payments_op WHERE id = $1", op_id)
    if parent_id is not None:
        await lock(tx, parent_id)
    return await lock(tx, op_id)


async def lock_subject(tx: Tx, subject: uuid.UUID) -> list[Op]:
    """All charges of the subject, held in the order of their ids."""
    return await tx.all(
        Op,
        f"{_OPS} WHERE subject = $1 AND kind = 'charge' ORDER BY id FOR UPDATE OF payments_op",
        subject,
    )


async def charges_of(tx: Tx, subject: uuid.UUID) -> list[Op]:
    return await tx.all(
        Op,
        f"{_OPS} WHERE subject = $1 AND kind = 'charge' ORDER BY id",
        subject,
    )


async def children_of(tx: Tx, parent_id: uuid.UUID, kind: OpKind) -> list[Op]:
    """Oldest first."""
    return await tx.all(
        Op, f"{_OPS} WHERE parent_id = $1 AND kind = $2 ORDER BY created_at, id", parent_id, kind
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


async def send(tx: Tx, op_id: uuid.UUID) -> bool:
    """Before it is sent, for the first time or once more. False: the first time is too long ago, or it has ended.

    Providers forget keys after a day. The database's clock alone decides that, not those of the servers.
    """
    touched = await tx.execute(
        "UPDATE payments_op SET state = CASE state WHEN 'new' THEN 'sending' ELSE state END,"
        " attempts = attempts + (state = 'new')::int, first_sent_at = coalesce(first_sent_at, (SELECT now())),"
        " next_at = greatest(next_at, now() + interval '2 minutes')"
        " WHERE id = $1 AND state NOT IN ('succeeded', 'failed', 'canceled', 'by_hand')"
        " AND (first_sent_at IS NULL OR first_sent_at > now() - interval '23 hours')",
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
        " WHERE id = $1 AND state IN ('new', 'sending', 'unknown', 'requires_action', 'authorized')",
        op_id,
    )


async def record(tx: Tx, op: Op, state: OpState, status: ChargeStatus) -> None:
    """``captured`` is told by the status, and is all of a charge without it."""
    is_taken = op.kind is OpKind.CHARGE and state is OpState.SUCCEEDED
    captured = (op.amount if status.captured is None else status.captured) if is_taken else op.captured
    await tx.execute(
        "UPDATE payments_op SET state = $2::text, provider_ref = coalesce(nullif($3, ''), provider_ref), failure = $4,"
        " action_url = $5, settled_at = CASE WHEN $6 THEN (SELECT now()) END, captured = $7, fee = $8,"
        " capture_before = coalesce($9, capture_before), instructions = coalesce($10::jsonb, instructions),"
        " next_at = now() + CASE WHEN $2::text = 'authorized' THEN interval '1 hour' ELSE interval '2 minutes' END"
        " WHERE id = $1",
        *(op.id, state, status.reference, status.failure, status.action_url, state in FINAL),
        *(captured, status.fee or op.fee, status.capture_before),
        msgspec.to_builtins(status.instructions) if status.instructions else None,
    )


async def set_fee(tx: Tx, op_id: uuid.UUID, fee: int) -> bool:
    """A provider may tell its fee only after the charge; once."""
    touched = await tx.execute("UPDATE payments_op SET fee = $2 WHERE id = $1 AND fee = 0", op_id, fee)
    return touched == 1


async def mark_extra(tx: Tx, op_id: uuid.UUID) -> None:
    """Out of the way of the payment that took its place."""
    await tx.execute("UPDATE payments_op SET extra = true WHERE id = $1", op_id)


async def has_live_charge(tx: Tx, subject: uuid.UUID) -> bool:
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM payments_op WHERE subject = $1 AND kind = 'charge' AND NOT extra"  # noqa: S608
            f" AND state IN {_LIVE})",
            subject,
        )
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
        " AND state IN ('sending', 'unknown', 'requires_action', 'authorized') RETURNING id",
        subject,
    )


async def take_from_charge(tx: Tx, otherwise: Problem, charge_id: uuid.UUID, amount: int) -> None:
    """Raises ``otherwise`` when less than ``amount`` is left of the charge."""
    await tx.must_touch_one(
        otherwise,
        "UPDATE payments_op SET reversed = reversed + $2"
        " WHERE id = $1 AND state IN ('succeeded', 'authorized') AND amount - reversed >= $2",
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
        " AND state IN ('new', 'sending', 'unknown', 'requires_action', 'authorized')"
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
        "INSERT INTO payments_report (id, since, provider_id, compared, charged, refunded, differences, moved)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *(report.id, report.since, report.provider_id, report.compared),
        *(report.charged, report.refunded, report.differences, report.moved),
    )


async def last_reports(tx: Tx, limit: int) -> list[Report]:
    return await tx.all(Report, f"{_REPORTS} ORDER BY r.at DESC, r.id LIMIT $1", limit)


async def open_reports(tx: Tx, limit: int) -> list[Report]:
    """The last with differences that nobody has acknowledged, however old they are."""
    return await tx.all(
        Report,
        f"{_REPORTS} WHERE r.differences <> '[]'::jsonb AND a.report_id IS NULL ORDER BY r.at DESC, r.id LIMIT $1",
        limit,
    )


async def waiting_by_hand(tx: Tx, subject: uuid.UUID, reference: str) -> int:
    """What staff have to pay, also while it is sent once more."""
    return int(
        await tx.value(
            "SELECT coalesce(sum(amount), 0) FROM payments_op WHERE subject = $1 AND reference = $2 AND kind = 'refund'"
            " AND (state = 'by_hand' OR (reason = 'retry' AND state IN ('new', 'sending', 'unknown')))",
            *(subject, reference),
        )
    )


async def recount(tx: Tx, charge_id: uuid.UUID) -> None:
    """What refunds and lost disputes took of a charge cannot go back any more; never more than it was."""
    await tx.execute(
        "UPDATE payments_op c SET reversed = least(c.amount, (SELECT coalesce(sum(r.amount), 0) FROM payments_op r"  # noqa: S608
        " WHERE r.parent_id = c.id AND r.kind IN ('refund', 'release') AND r.state NOT IN ('failed', 'canceled')"
        f" AND r.reason <> '{EXCESS}') + {_LOST}) WHERE c.id = $1",
        charge_id,
    )


async def overdrawn(tx: Tx, charge_id: uuid.UUID) -> int:
    """What refunds and lost disputes come to over what was taken of a charge; 0 without a lost dispute."""
    return int(
        await tx.value(
            f"SELECT CASE WHEN {_LOST} = 0 THEN 0 ELSE greatest(0, {_LOST} - c.captured + (SELECT"  # noqa: S608
            " coalesce(sum(r.amount), 0) FROM payments_op r WHERE r.parent_id = c.id AND r.kind = 'refund'"
            " AND r.state NOT IN ('failed', 'canceled'))) END FROM payments_op c WHERE c.id = $1",
            charge_id,
        )
    )


async def is_disputed(tx: Tx, charge_id: uuid.UUID) -> bool:
    """Asked under the charge's lock: what the lock's own statement says of other tables may be older than it."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM payments_dispute WHERE op_id = $1 AND state = 'open')", charge_id
        )
    )


async def open_capture(tx: Tx, charge_id: uuid.UUID) -> uuid.UUID | None:
    found: uuid.UUID | None = await tx.value(
        f"SELECT c.id FROM payments_op c WHERE c.parent_id = $1 AND {_OPEN_CAPTURE}",  # noqa: S608
        charge_id,
    )
    return found


async def released(tx: Tx, charge_id: uuid.UUID) -> int:
    """What of an authorisation was not to be taken."""
    return int(
        await tx.value(
            "SELECT coalesce(sum(amount), 0) FROM payments_op WHERE parent_id = $1 AND kind = 'release'",
            charge_id,
        )
    )


async def squaring(tx: Tx, op_id: uuid.UUID) -> str:
    """EXCESS or SHORT for an op that only makes a charge fit what was taken, which its owner did not ask for; else ""."""
    return str(
        await tx.value(
            "SELECT CASE WHEN reason = ANY($2) THEN reason ELSE '' END FROM payments_op WHERE id = $1",
            *(op_id, [EXCESS, SHORT]),
        )
    )


async def release_waiting(tx: Tx, charge_id: uuid.UUID) -> list[uuid.UUID]:
    """Refunds that were never sent, of a charge that was not taken, become releases; their ids."""
    return await tx.values(
        "UPDATE payments_op SET kind = 'release', next_at = now() WHERE parent_id = $1 AND kind = 'refund'"
        " AND state IN ('new', 'sending', 'unknown') AND first_sent_at IS NULL RETURNING id",
        charge_id,
    )


async def lessen(tx: Tx, op_id: uuid.UUID, part: int) -> bool:
    """A refund that was never sent is ``part`` less, or a release when it is all of it; False when it was sent by now."""
    touched = await tx.execute(
        "UPDATE payments_op SET kind = CASE WHEN amount = $2 THEN 'release' ELSE kind END,"
        " amount = CASE WHEN amount = $2 THEN amount ELSE amount - $2 END, next_at = now()"
        " WHERE id = $1 AND kind = 'refund' AND state IN ('new', 'sending', 'unknown') AND first_sent_at IS NULL"
        " AND amount >= $2",
        *(op_id, part),
    )
    return touched == 1


async def reason_of(tx: Tx, op_id: uuid.UUID) -> str:
    return str(await tx.value("SELECT reason FROM payments_op WHERE id = $1", op_id))


async def is_in_time(tx: Tx, charge_id: uuid.UUID) -> bool:
    """Whether the authorisation has not ended yet."""
    return bool(
        await tx.value(
            "SELECT capture_before IS NULL OR capture_before > now() FROM payments_op WHERE id = $1",
            charge_id,
        )
    )


async def give_up_one(tx: Tx, charge_id: uuid.UUID) -> bool:
    """An authorisation that will be void; False when it ended in the meantime, and while it is being taken: goods may
    have left for that. The caller holds the charge, so that no capture begins beside it."""
    touched = await tx.execute(
        "UPDATE payments_op SET given_up = true, next_at = now() WHERE id = $1 AND state = 'authorized'"  # noqa: S608
        f" AND NOT EXISTS (SELECT 1 FROM payments_op c WHERE c.parent_id = $1 AND {_OPEN_CAPTURE})",
        charge_id,
    )
    return touched == 1


async def fits_charge(tx: Tx, transfer: Op) -> bool:
    """Whether the charge was enough for this share and those before it."""
    query = (
        "SELECT c.captured >= (SELECT sum(t.amount) FROM payments_op t WHERE t.parent_id = c.id AND t.id <= $2"
        " AND t.kind = 'transfer' AND t.state NOT IN ('failed', 'canceled')) FROM payments_op c WHERE c.id = $1"
    )
    return await tx.value(query, transfer.parent_id, transfer.id) is True


async def take_from_transfer(tx: Tx, otherwise: Problem, transfer_id: uuid.UUID, amount: int) -> None:
    """Raises ``otherwise`` when less than ``amount`` is left of the transfer."""
    await tx.must_touch_one(
        otherwise,
        "UPDATE payments_op SET reversed = reversed + $2 WHERE id = $1 AND kind = 'transfer'"
        " AND amount - reversed >= $2",
        transfer_id,
        amount,
    )


async def end_reversals(tx: Tx, transfer_id: uuid.UUID) -> None:
    """Those that are open, of a transfer that failed; the caller holds it."""
    await tx.execute(
        "WITH ended AS (UPDATE payments_op SET state = 'canceled', settled_at = now() WHERE parent_id = $1"
        " AND kind = 'reversal' AND state IN ('new', 'sending', 'unknown') RETURNING amount)"
        " UPDATE payments_op SET reversed = reversed - (SELECT coalesce(sum(amount), 0) FROM ended) WHERE id = $1",
        transfer_id,
    )
