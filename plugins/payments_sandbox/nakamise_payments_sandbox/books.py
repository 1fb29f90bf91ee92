"""The provider's record of charges and refunds: its own table, its own transactions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind, ProviderRecord
from nakamise.db import Tx
from nakamise.ids import new_token
from nakamise.money import Money

_ENTRIES: Final = (
    "SELECT key, kind, charge_key, request, reference, amount, currency, state, failure, return_url, refunded"
    " FROM payments_sandbox_charge"
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row; ``request`` is what was asked with the key."""

    key: uuid.UUID
    kind: OpKind
    charge_key: uuid.UUID | None
    request: dict[str, str]
    reference: str
    amount: int
    currency: str
    state: ChargeState
    failure: str | None
    return_url: str
    refunded: int

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    def status(self) -> ChargeStatus:
        waiting = self.state is ChargeState.REQUIRES_ACTION
        url = f"/payments_sandbox/3ds/{self.reference}" if waiting else None
        return ChargeStatus(self.state, self.reference, self.money, self.failure, url)

    def record(self) -> ProviderRecord:
        return ProviderRecord(self.key, self.kind, self.state, self.reference, self.money)


async def put(
    tx: Tx,
    key: uuid.UUID,
    kind: OpKind,
    amount: Money,
    state: ChargeState,
    request: Mapping[str, str],
    *,
    charge_key: uuid.UUID | None = None,
    failure: str | None = None,
    return_url: str = "",
) -> bool:
    """False when the key was used before; nothing is changed then."""
    done = await tx.execute(
        "INSERT INTO payments_sandbox_charge"
        " (key, kind, charge_key, request, reference, amount, currency, state, failure, return_url)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO NOTHING",
        *(key, kind, charge_key, dict(request), f"sb_{new_token(16)}"),
        *(amount.amount, amount.currency, state, failure, return_url),
    )
    return done == 1


async def get(tx: Tx, key: uuid.UUID) -> Entry | None:
    return await tx.first(Entry, f"{_ENTRIES} WHERE key = $1", key)


async def known(tx: Tx, key: uuid.UUID) -> Entry:
    """Raises RowMissing."""
    return await tx.one(Entry, f"{_ENTRIES} WHERE key = $1", key)


async def by_reference(tx: Tx, reference: str) -> Entry | None:
    return await tx.first(Entry, f"{_ENTRIES} WHERE reference = $1", reference)


async def settle(tx: Tx, key: uuid.UUID, state: ChargeState, failure: str | None) -> None:
    """A waiting charge ends; one that ended already stays as it is."""
    await tx.execute(
        "UPDATE payments_sandbox_charge SET state = $2, failure = $3"
        " WHERE key = $1 AND state = 'requires_action'",
        *(key, state, failure),
    )


async def take_refund(tx: Tx, charge_key: uuid.UUID, amount: int) -> bool:
    """False when less is left of the charge."""
    touched = await tx.execute(
        "UPDATE payments_sandbox_charge SET refunded = refunded + $2"
        " WHERE key = $1 AND state = 'succeeded' AND kind = 'charge' AND amount - refunded >= $2",
        *(charge_key, amount),
    )
    return touched == 1


async def fail_refund(tx: Tx, key: uuid.UUID) -> None:
    await tx.execute(
        "UPDATE payments_sandbox_charge SET state = 'failed' WHERE key = $1 AND kind = 'refund'", key
    )


async def since(tx: Tx, moment: datetime) -> list[Entry]:
    return await tx.all(
        Entry,
        f"{_ENTRIES} WHERE created_at >= $1 ORDER BY created_at, key",
        moment,
    )
