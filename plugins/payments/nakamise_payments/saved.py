"""Cards that buyers keep at a provider: what may be shown of them, and whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.contracts.payments import SavedCard, SavedMethod
from nakamise.db import Tx
from nakamise.ids import uuid7

PREFIX: Final = "saved:"
_MINE: Final = """
SELECT id, provider_id, brand, last4, exp_month, exp_year, reference,
       make_date(exp_year, exp_month, 1) + interval '1 month' <= now() AS is_expired
FROM payments_saved WHERE user_id = $1
"""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A row; ``reference`` is the provider's and stays here."""

    id: uuid.UUID
    provider_id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    reference: str
    is_expired: bool

    def shown(self) -> SavedMethod:
        return SavedMethod(
            self.id, self.provider_id, self.brand, self.last4, self.exp_month, self.exp_year, self.is_expired
        )


def id_in(token: str) -> uuid.UUID | None:
    """Of ``saved:<id>``; None for a new card's token and for what is none."""
    if not token.startswith(PREFIX):
        return None
    try:
        return uuid.UUID(token.removeprefix(PREFIX))
    except ValueError:
        return None


async def keep(tx: Tx, user_id: uuid.UUID, provider_id: str, card: SavedCard) -> None:
    """Once for each card; a card that somebody else has kept stays theirs."""
    await tx.execute(
        "INSERT INTO payments_saved (id, user_id, provider_id, reference, brand, last4, exp_month, exp_year)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (provider_id, reference) DO NOTHING",
        *(uuid7(), user_id, provider_id, card.reference),
        *(card.brand, card.last4, card.exp_month, card.exp_year),
    )


async def all_of(tx: Tx, user_id: uuid.UUID, provider_ids: Sequence[str]) -> list[SavedMethod]:
    rows = await tx.all(
        Kept, f"{_MINE} AND provider_id = ANY($2) ORDER BY used_at DESC, id", user_id, list(provider_ids)
    )
    return [row.shown() for row in rows]


async def one_of(tx: Tx, user_id: uuid.UUID, saved_id: uuid.UUID) -> Kept | None:
    return await tx.first(Kept, f"{_MINE} AND id = $2", user_id, saved_id)


async def used(tx: Tx, saved_id: uuid.UUID) -> None:
    await tx.execute("UPDATE payments_saved SET used_at = now() WHERE id = $1", saved_id)


async def drop(tx: Tx, saved_id: uuid.UUID) -> None:
    await tx.execute("DELETE FROM payments_saved WHERE id = $1", saved_id)
