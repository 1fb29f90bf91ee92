"""The double-entry ledger: one row moves one amount from one account to another, once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise_payments.schemas import Op

AccountKind = Literal["psp_clearing", "tenant_payable", "provider_fee", "by_hand", "bank", "others"]
Entry = Literal[
    "capture",
    "fee",
    "refund",
    "refund_failed",
    "by_hand",
    "dispute",
    "dispute_won",
    "dispute_fee",
    "transfer",
    "reversal",
    "payout",
    "payout_failed",
    "other_in",
    "other_out",
]
# (debit, credit) of each kind of entry.
FLOWS: Final[Mapping[Entry, tuple[AccountKind, AccountKind]]] = {
    "capture": ("psp_clearing", "tenant_payable"),
    "fee": ("provider_fee", "psp_clearing"),
    "refund": ("tenant_payable", "psp_clearing"),
    "refund_failed": ("psp_clearing", "tenant_payable"),
    "by_hand": ("tenant_payable", "by_hand"),
    "dispute": ("tenant_payable", "psp_clearing"),
    "dispute_won": ("psp_clearing", "tenant_payable"),
    "dispute_fee": ("provider_fee", "psp_clearing"),
    "transfer": ("tenant_payable", "psp_clearing"),
    "reversal": ("psp_clearing", "tenant_payable"),
    "payout": ("bank", "psp_clearing"),
    "payout_failed": ("psp_clearing", "bank"),
    "other_in": ("psp_clearing", "others"),
    "other_out": ("others", "psp_clearing"),
}
_OF_OP: Final[Mapping[OpKind, Entry]] = {
    OpKind.CHARGE: "capture",
    OpKind.REFUND: "refund",
    OpKind.TRANSFER: "transfer",
    OpKind.REVERSAL: "reversal",
}
# How an entry counts towards what its op moved.
_SIGN: Final = "CASE kind WHEN 'refund_failed' THEN -1 ELSE 1 END"
_ACCOUNT: Final = (
    "INSERT INTO payments_account (id, kind, provider_id, currency) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (id) DO NOTHING"
)
_TRANSFER: Final = (
    "INSERT INTO payments_transfer (id, idem, debit, credit, amount, currency, kind, op_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (idem) DO NOTHING"
)


class Booked(msgspec.Struct, frozen=True):
    """What the ledger holds for an op, without fees and disputes. ``count`` is how many entries say so."""

    op_id: uuid.UUID
    amount: int
    count: int


async def book(tx: Tx, op: Op, captured: int | None = None) -> None:
    """What an op that succeeded moves, and the provider's fee; booking again changes nothing.

    ``captured``: of a charge. Captures and releases move nothing themselves.
    """
    entry = _OF_OP.get(op.kind)
    if entry is None:
        return
    amount = op.amount if captured is None else captured
    if amount:
        await enter(tx, op, entry, amount, f"{op.kind.value}:{op.id}")
    if op.fee:
        await enter(tx, op, "fee", op.fee, f"fee:{op.id}")


async def enter(tx: Tx, op: Op, entry: Entry, amount: int, idem: str) -> None:
    """One row between the two accounts of ``entry``; the same ``idem`` again changes nothing."""
    await move(tx, op.provider_id, op.currency, entry, amount, idem, op.id)


async def move(
    tx: Tx,
    provider_id: str,
    currency: str,
    entry: Entry,
    amount: int,
    idem: str,
    op_id: uuid.UUID | None = None,
) -> bool:
    """As ``enter``, of no op where it is nobody's; False when it was there before."""
    debit, credit = [await _account(tx, kind, provider_id, currency) for kind in FLOWS[entry]]
    done = await tx.execute(_TRANSFER, uuid7(), idem, debit, credit, amount, currency, entry, op_id)
    return done == 1


async def clearing(tx: Tx, provider_id: str, currency: str) -> int:
    """What the provider holds for us by our books."""
    account = await _account(tx, "psp_clearing", provider_id, currency)
    return int(
        await tx.value(
            "SELECT coalesce(sum(CASE WHEN debit = $1 THEN amount ELSE -amount END), 0) FROM payments_transfer"
            " WHERE debit = $1 OR credit = $1",
            account,
        )
    )


async def booked(tx: Tx, op_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Booked]:
    rows = await tx.all(
        Booked,
        f"SELECT op_id, sum({_SIGN} * amount)::bigint AS amount, sum({_SIGN})::int AS count"  # noqa: S608
        " FROM payments_transfer WHERE op_id = ANY($1)"
        " AND kind NOT IN ('fee', 'dispute', 'dispute_won', 'dispute_fee')"
        " GROUP BY op_id",
        list(op_ids),
    )
    return {row.op_id: row for row in rows if row.count}


async def _account(tx: Tx, kind: AccountKind, provider_id: str, currency: str) -> str:
    owner = "" if kind in ("tenant_payable", "by_hand") else provider_id
    name = ":".join(part for part in (kind, owner, currency) if part)
    await tx.execute(_ACCOUNT, name, kind, owner, currency)
    return name
