"""The provider's record of charges and refunds: its own table, its own transactions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.payment_movements import Movement, MovementKind
from nakamise.contracts.payments import (
    ChargeState,
    ChargeStatus,
    Instructions,
    OpKind,
    ProviderRecord,
    SavedCard,
    StoreCode,
)
from nakamise.db import Tx
from nakamise.ids import new_token
from nakamise.money import Money
from nakamise_payments_sandbox import cards

_ENTRIES: Final = (
    "SELECT key, kind, charge_key, request, reference, amount, currency, state, failure, return_url, refunded,"
    " method, captured, capture_before, due_at, card, created_at FROM payments_sandbox_charge"
)

_MOVING: Final[Mapping[OpKind, MovementKind]] = {
    OpKind.CHARGE: MovementKind.CHARGE,
    OpKind.REFUND: MovementKind.REFUND,
}


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
    method: str = "card"
    captured: int = 0
    capture_before: datetime | None = None
    due_at: datetime | None = None
    card: str | None = None
    created_at: datetime

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    def status(self) -> ChargeStatus:
        waiting = self.state is ChargeState.REQUIRES_ACTION
        url = f"/payments_sandbox/3ds/{self.reference}" if waiting and self.due_at is None else None
        is_taken = self.kind is OpKind.CHARGE and self.state is ChargeState.SUCCEEDED
        return ChargeStatus(
            self.state,
            self.reference,
            self.money,
            self.failure,
            url,
            capture_before=self.capture_before,
            instructions=self.instructions() if waiting else None,
            captured=self.captured if is_taken else None,
            saved=self.saved(),
        )

    def instructions(self) -> Instructions | None:
        """The number is made up of the reference, so that it is always the same."""
        if self.due_at is None:
            return None
        number = str(int.from_bytes(self.reference.encode()[-6:]))[-11:]
        codes = (StoreCode("seicomart", number, "0312345678"), StoreCode("familymart", number[::-1]))
        return Instructions("konbini", self.due_at, codes, f"/payments_sandbox/konbini/{self.reference}")

    def saved(self) -> SavedCard | None:
        found = cards.by_token(self.request.get("token", "")) if self.card else None
        return SavedCard(self.card, "visa", found.number[-4:], 12, 2030) if found and self.card else None

    def record(self) -> ProviderRecord:
        is_taken = self.kind is OpKind.CHARGE and self.state is ChargeState.SUCCEEDED
        return ProviderRecord(
            self.key, self.kind, self.state, self.reference, self.money, self.captured if is_taken else None
        )

    def movement(self) -> Movement | None:
        """What it moved of the balance."""
        if self.state is not ChargeState.SUCCEEDED or self.kind not in _MOVING:
            return None
        moved = self.captured if self.kind is OpKind.CHARGE else self.amount
        return Movement(
            kind=_MOVING[self.kind],
            reference=self.reference,
            amount=Money(moved, self.currency),
            at=self.created_at,
            op_id=self.key,
        )


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
    method: str = "card",
    is_held: bool = False,
    card: str | None = None,
) -> bool:
    """False when the key was used before; nothing is changed then.

    ``is_held``: taken later, within a week. What is paid at a till is due on the third day, at its end in Japan.
    """
    done = await tx.execute(
        "INSERT INTO payments_sandbox_charge"
        " (key, kind, charge_key, request, reference, amount, currency, state, failure, return_url, method,"
        " captured, capture_before, due_at, card)"
        " VALUES ($1, $2::text, $3, $4, $5, $6::bigint, $7, $8::text, $9, $10, $11::text, CASE WHEN $2::text = 'charge' AND $8::text = 'succeeded'"
        " THEN $6::bigint ELSE 0 END, CASE WHEN $12 THEN now() + interval '7 days' END, CASE WHEN $11::text = 'konbini'"
        " THEN ((((now() AT TIME ZONE 'Asia/Tokyo')::date + 3) + time '23:59:59') AT TIME ZONE 'Asia/Tokyo') END, $13)"
        " ON CONFLICT (key) DO NOTHING",
        *(key, kind, charge_key, dict(request), f"sb_{new_token(16)}"),
        *(amount.amount, amount.currency, state, failure, return_url, method, is_held, card),
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
        "UPDATE payments_sandbox_charge SET state = $2::text, failure = $3,"
        " captured = CASE WHEN $2::text = 'succeeded' THEN amount ELSE 0 END"
        " WHERE key = $1 AND state IN ('requires_action', 'authorized')",
        *(key, state, failure),
    )


async def confirm(tx: Tx, key: uuid.UUID) -> None:
    """The bank said yes: taken, or held when that was asked for."""
    await tx.execute(
        "UPDATE payments_sandbox_charge SET failure = NULL,"
        " state = CASE WHEN capture_before IS NULL THEN 'succeeded' ELSE 'authorized' END,"
        " captured = CASE WHEN capture_before IS NULL THEN amount ELSE 0 END"
        " WHERE key = $1 AND state = 'requires_action'",
        key,
    )


async def pay_at_till(tx: Tx, key: uuid.UUID) -> None:
    """Tills take money as long as they have the number, even after the order has ended."""
    await tx.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount"
        " WHERE key = $1 AND due_at IS NOT NULL AND state IN ('requires_action', 'canceled')",
        key,
    )


async def capture(tx: Tx, key: uuid.UUID, amount: int) -> bool:
    """False when nothing is held any more; the same again is True."""
    await tx.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = $2"
        " WHERE key = $1 AND state = 'authorized' AND capture_before > now() AND $2 <= amount",
        *(key, amount),
    )
    return bool(
        await tx.value(
            "SELECT state = 'succeeded' AND captured = $2 FROM payments_sandbox_charge WHERE key = $1",
            *(key, amount),
        )
    )


async def lapse(tx: Tx, key: uuid.UUID) -> None:
    """What was held too long is not held any more."""
    await tx.execute(
        "UPDATE payments_sandbox_charge SET state = 'canceled' WHERE key = $1"
        " AND (state = 'authorized' AND capture_before <= now() OR state = 'requires_action' AND due_at <= now())",
        key,
    )


async def keep_card(tx: Tx, reference: str, token: str) -> None:
    await tx.execute(
        "INSERT INTO payments_sandbox_card (reference, token) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        *(reference, token),
    )


async def kept_card(tx: Tx, reference: str) -> str | None:
    found: str | None = await tx.value(
        "SELECT token FROM payments_sandbox_card WHERE reference = $1", reference
    )
    return found


async def forget_card(tx: Tx, reference: str) -> None:
    await tx.execute("DELETE FROM payments_sandbox_card WHERE reference = $1", reference)


async def take_refund(tx: Tx, charge_key: uuid.UUID, amount: int) -> bool:
    """False when less is left of the charge."""
    touched = await tx.execute(
        "UPDATE payments_sandbox_charge SET refunded = refunded + $2"
        " WHERE key = $1 AND state = 'succeeded' AND kind = 'charge' AND captured - refunded >= $2",
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
