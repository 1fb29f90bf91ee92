"""A buyer's data: who transferred. The transfers themselves stay: books must be kept."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx


class TransferCopy(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` and ``received`` in minor units of ``currency``."""

    number: str
    payer_name: str
    description: str
    amount: int
    received: int
    currency: str
    state: str
    created_at: datetime


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> list[TransferCopy] | None:
    found = await tx.all(
        TransferCopy,
        "SELECT number, payer_name, description, amount, received, currency, state, created_at"
        " FROM payments_manual_charge WHERE payer_id = $1 ORDER BY created_at, key",
        user_id,
    )
    return found or None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """How staff paid something back may name a person and an account."""
    notes = await tx.execute(
        "UPDATE payments_manual_note SET words = '' WHERE words <> ''"
        " AND charge_key IN (SELECT key FROM payments_manual_charge WHERE payer_id = $1)",
        user_id,
    )
    return notes + await tx.execute(
        "UPDATE payments_manual_charge SET payer_id = NULL, payer_name = '', search = '' WHERE payer_id = $1",
        user_id,
    )
