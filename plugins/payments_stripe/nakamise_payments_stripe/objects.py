"""Which of our ops is which of Stripe's objects."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from nakamise.db import Tx

Kind = Literal["charge", "refund", "transfer", "reversal"]
# Stripe has long ended a request by then, and shows in its lists what came of it.
_CERTAIN: Final = "attempt_at < now() - interval '5 minutes'"
_ROWS: Final = "SELECT op_id, kind, parent_id, stripe_id, asked_at FROM payments_stripe_object"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """``stripe_id`` None: asked, and the answer is not known."""

    op_id: uuid.UUID
    kind: Kind
    parent_id: uuid.UUID | None
    stripe_id: str | None
    asked_at: datetime


async def asking(tx: Tx, op_id: uuid.UUID, kind: Kind, parent_id: uuid.UUID | None = None) -> None:
    """Before the call."""
    await tx.execute(
        "INSERT INTO payments_stripe_object (op_id, kind, parent_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        *(op_id, kind, parent_id),
    )


async def answered(tx: Tx, op_id: uuid.UUID, stripe_id: str) -> None:
    """After it."""
    await tx.execute(
        "UPDATE payments_stripe_object SET stripe_id = $2 WHERE op_id = $1 AND stripe_id IS NULL",
        op_id,
        stripe_id,
    )


async def key(tx: Tx, op_id: uuid.UUID) -> str:
    """The idempotency key of this attempt."""
    attempt = int(await tx.value("SELECT attempt FROM payments_stripe_object WHERE op_id = $1", op_id))
    return str(op_id) if attempt == 1 else f"{op_id}-{attempt}"


async def is_certain(tx: Tx, op_id: uuid.UUID) -> bool:
    """Whether Stripe has had the time to do what it was asked for: what is not there then will never be."""
    query = f"SELECT {_CERTAIN} FROM payments_stripe_object WHERE op_id = $1"  # noqa: S608
    return await tx.value(query, op_id) is True


async def next_attempt(tx: Tx, op_id: uuid.UUID) -> bool:
    """A new key for what certainly did not happen; False while that is not certain, or when it has an id."""
    touched = await tx.execute(
        "UPDATE payments_stripe_object SET attempt = attempt + 1, attempt_at = now()"  # noqa: S608
        f" WHERE op_id = $1 AND stripe_id IS NULL AND {_CERTAIN}",
        op_id,
    )
    return touched == 1


async def of_op(tx: Tx, op_id: uuid.UUID) -> Known | None:
    return await tx.first(Known, f"{_ROWS} WHERE op_id = $1", op_id)


async def of_stripe(tx: Tx, stripe_id: str) -> Known | None:
    return await tx.first(Known, f"{_ROWS} WHERE stripe_id = $1", stripe_id)


async def ops_of(tx: Tx, stripe_ids: Sequence[str]) -> dict[str, uuid.UUID]:
    """Our ops by Stripe's ids; what is not ours is missing."""
    rows = await tx.all(
        Known,
        f"{_ROWS} WHERE stripe_id = ANY($1)",
        sorted(set(stripe_ids)),
    )
    return {row.stripe_id: row.op_id for row in rows if row.stripe_id}


async def asked(tx: Tx, op_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these are ops that we asked for."""
    return set(
        await tx.values("SELECT op_id FROM payments_stripe_object WHERE op_id = ANY($1)", list(op_ids))
    )


async def reversed_since(tx: Tx, since: datetime) -> list[str]:
    """Stripe's ids of the transfers that were asked back since, in part or whole."""
    return await tx.values(
        "SELECT DISTINCT t.stripe_id FROM payments_stripe_object r JOIN payments_stripe_object t"
        " ON t.op_id = r.parent_id WHERE r.kind = 'reversal' AND r.asked_at >= $1 AND t.stripe_id IS NOT NULL",
        since,
    )


async def customer_of(tx: Tx, user_id: uuid.UUID) -> str | None:
    found: str | None = await tx.value(
        "SELECT customer FROM payments_stripe_customer WHERE user_id = $1", user_id
    )
    return found


async def keep_customer(tx: Tx, user_id: uuid.UUID, customer: str) -> None:
    await tx.execute(
        "INSERT INTO payments_stripe_customer (user_id, customer) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        *(user_id, customer),
    )
