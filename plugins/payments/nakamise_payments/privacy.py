"""A buyer's data: the cards that are kept for them. Payments stay: books must be kept."""

from __future__ import annotations

import uuid

import msgspec

from nakamise.contracts.payments import SavedMethod
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_payments import providers, saved


class SavedCards(msgspec.Struct, frozen=True):
    """What the export holds."""

    cards: list[SavedMethod]


async def export(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> SavedCards | None:
    cards = await saved.all_of(tx, user_id, list(providers.providers(ctx)))
    return SavedCards(cards) if cards else None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    return await tx.execute("DELETE FROM payments_saved WHERE user_id = $1", user_id)
