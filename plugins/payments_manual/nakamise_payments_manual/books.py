"""The awaited transfers as the provider's own books: written in transactions of their own."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.payment_movements import Movement, MovementKind
from nakamise.contracts.payments import (
    BankAccount,
    ChargeRequest,
    ChargeState,
    ChargeStatus,
    Instructions,
    OpKind,
    ProviderRecord,
)
from nakamise.db import Tx
from nakamise.japan import fold
from nakamise.money import Money

KIND: Final = "bank_transfer"
ENTRIES: Final = (
    "SELECT key, number, amount, currency, state, account, due_at, payer_name, description, received, returned,"
    " version, settled_at, created_at FROM payments_manual_charge"
)
# What staff have to send back: more than was asked, or what came of an order that ended unpaid.
OWED: Final = "(received - returned - CASE state WHEN 'succeeded' THEN amount ELSE 0 END)"
# A number is not given again while somebody may still pay with it late.
_NEW: Final = """
WITH used AS (SELECT 1 FROM payments_manual_charge WHERE number = $2 AND created_at > now() - interval '1 year')
INSERT INTO payments_manual_charge
 (key, number, amount, currency, state, account, due_at, payer_id, payer_name, description, search)
SELECT $1::uuid, $2::text, $3::bigint, $4::text, 'requires_action', $5::jsonb,
 (((now() AT TIME ZONE 'Asia/Tokyo')::date + $6::int) + time '23:59:59') AT TIME ZONE 'Asia/Tokyo', $7::uuid, $8::text, $9::text, $10::text
WHERE NOT EXISTS (SELECT 1 FROM used)
ON CONFLICT DO NOTHING
"""
_TRIES: Final = 30


class NoNumber(Exception):
    """So many transfers are awaited that no free number was found."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row; ``account`` None: given up before it was asked for."""

    key: uuid.UUID
    number: str
    amount: int
    currency: str
    state: ChargeState
    account: BankAccount | None
    due_at: datetime
    payer_name: str
    description: str
    received: int
    returned: int
    version: int
    settled_at: datetime | None
    created_at: datetime

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_paid(self) -> bool:
        return self.state is ChargeState.SUCCEEDED

    @property
    def rest(self) -> int:
        """What is still missing."""
        return max(0, self.amount - self.received + self.returned)

    @property
    def owed(self) -> int:
        """What staff have to send back; nothing while the rest is awaited."""
        if self.state is ChargeState.REQUIRES_ACTION:
            return 0
        return self.received - self.returned - (self.amount if self.is_paid else 0)

    @property
    def reference(self) -> str:
        return f"transfer_{self.key.hex}"

    def status(self) -> ChargeStatus:
        waits = self.state is ChargeState.REQUIRES_ACTION
        return ChargeStatus(
            self.state,
            self.reference,
            self.money,
            instructions=Instructions(KIND, self.due_at, account=self.account, reference=self.number)
            if waits
            else None,
            captured=self.amount if self.is_paid else None,
        )

    def record(self) -> ProviderRecord:
        taken = self.amount if self.is_paid else None
        return ProviderRecord(self.key, OpKind.CHARGE, self.state, self.reference, self.money, taken)

    def movement(self) -> Movement | None:
        """What is kept of a transfer, once it is whole: parts and what is too much belong to the payer."""
        if self.settled_at is None:
            return None
        return Movement(
            kind=MovementKind.CHARGE,
            reference=self.reference,
            amount=self.money,
            at=self.settled_at,
            op_id=self.key,
        )


async def put(tx: Tx, request: ChargeRequest, account: BankAccount, days: int) -> None:
    """Awaited from now on; nothing changes when the key was used before. Raises NoNumber."""
    payer = request.payer
    for _ in range(_TRIES):
        done = await tx.execute(
            _NEW,
            *(request.op_id, str(secrets.randbelow(900_000) + 100_000)),
            *(request.amount.amount, request.amount.currency, msgspec.to_builtins(account), days),
            *(payer.user_id, payer.name, request.description, fold(f"{payer.name} {request.description}")),
        )
        if done or await get(tx, request.op_id):
            return
    raise NoNumber


async def get(tx: Tx, key: uuid.UUID) -> Entry | None:
    return await tx.first(Entry, f"{ENTRIES} WHERE key = $1", key)


async def known(tx: Tx, key: uuid.UUID) -> Entry:
    """Raises RowMissing."""
    return await tx.one(Entry, f"{ENTRIES} WHERE key = $1", key)


async def lapse(tx: Tx, key: uuid.UUID) -> None:
    """Nobody waits any more after the last second of its day."""
    await tx.execute(
        "UPDATE payments_manual_charge SET state = 'canceled'"
        " WHERE key = $1 AND state = 'requires_action' AND due_at <= now()",
        key,
    )


async def cancel(tx: Tx, key: uuid.UUID, amount: Money) -> None:
    """Given up, also before it was asked for; what arrived stays."""
    await tx.execute(
        "INSERT INTO payments_manual_charge AS c (key, number, amount, currency, state, due_at)"
        " VALUES ($1, '', $2, $3, 'canceled', now())"
        " ON CONFLICT (key) DO UPDATE SET state = 'canceled' WHERE c.state = 'requires_action'",
        *(key, amount.amount, amount.currency),
    )


async def since(tx: Tx, moment: datetime) -> list[Entry]:
    """Those that were asked for since, and those that were paid since, however old they are."""
    return await tx.all(
        Entry, f"{ENTRIES} WHERE created_at >= $1 OR settled_at >= $1 ORDER BY created_at, key", moment
    )


async def settled_since(tx: Tx, moment: datetime) -> list[Entry]:
    return await tx.all(Entry, f"{ENTRIES} WHERE settled_at >= $1 ORDER BY settled_at, key", moment)
