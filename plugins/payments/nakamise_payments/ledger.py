"""The double-entry ledger: one row moves one amount from one account to another, once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise_payments.schemas import Op

AccountKind = Literal["psp_clearing", "tenant_payable"]
_ACCOUNT: Final = (
    "INSERT INTO payments_account (id, kind, provider_id, currency) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (id) DO NOTHING"
)
_TRANSFER: Final = (
    "INSERT INTO payments_transfer (id, idem, debit, credit, amount, currency, kind, op_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (idem) DO NOTHING"
)


class Booked(msgspec.Struct, frozen=True):
    """What the ledger holds for an op."""

    op_id: uuid.UUID
    amount: int
    count: int


async def book(tx: Tx, op: Op) -> None:
    """A charge moves clearing → payable, a refund the other way; booking again changes nothing."""
    clearing = await _account(tx, "psp_clearing", op.provider_id, op.currency)
    payable = await _account(tx, "tenant_payable", "", op.currency)
    is_charge = op.kind is OpKind.CHARGE
    debit, credit = (clearing, payable) if is_charge else (payable, clearing)
    kind = "capture" if is_charge else "refund"
    await tx.execute(
        _TRANSFER, uuid7(), f"{op.kind.value}:{op.id}", debit, credit, op.amount, op.currency, kind, op.id
    )


async def booked(tx: Tx, op_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Booked]:
    rows = await tx.all(
        Booked,
        "SELECT op_id, sum(amount)::bigint AS amount, count(*)::int AS count FROM payments_transfer"
        " WHERE op_id = ANY($1) GROUP BY op_id",
        list(op_ids),
    )
    return {row.op_id: row for row in rows}


async def _account(tx: Tx, kind: AccountKind, provider_id: str, currency: str) -> str:
    name = ":".join(part for part in (kind, provider_id, currency) if part)
    await tx.execute(_ACCOUNT, name, kind, provider_id, currency)
    return name
