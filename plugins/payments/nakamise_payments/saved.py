"""Cards that buyers keep at a provider: what may be shown of them, and whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.contracts.payments import SavedCard, SavedMethod
from nakamise.db import Tx
from nakamise.ids import uuid7

_SHOWN: Final = """
id, provider_id, brand, last4, exp_month, exp_year,
make_date(exp_year, exp_month, 1) + interval '1 month' <= now() AS is_expired
"""


class Kept(SavedMethod, frozen=True):
    """A row; ``reference`` is the provider's and stays here."""

    reference: str


async def keep(tx: Tx, user_id: uuid.UUID, provider_id: str, card: SavedCard) -> None:
    """Once for each card; a card that somebody else has kept stays theirs."""
    await tx.execute(
        "INSERT INTO payments_saved (id, user_id, provider_id, reference, brand, last4, exp_month, exp_year)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (provider_id, reference) DO NOTHING",
        *(uuid7(), user_id, provider_id, card.reference),
        *(card.brand, card.last4, card.exp_month, card.exp_year),
    )


async def all_of(tx: Tx, user_id: uuid.UUID, provider_ids: Sequence[str]) -> list[SavedMethod]:
    """Without the provider's references."""
    return await tx.all(
        SavedMethod,
        f"SELECT {_SHOWN} FROM payments_saved WHERE user_id = $1 AND provider_id = ANY($2)"  # noqa: S608
        " ORDER BY used_at DESC, id",
        *(user_id, list(provider_ids)),
    )


async def one_of(tx: Tx, user_id: uuid.UUID, saved_id: uuid.UUID) -> Kept | None:
    query = f"SELECT {_SHOWN}, reference FROM payments_saved WHERE user_id = $1 AND id = $2"  # noqa: S608
    return await tx.first(Kept, query, user_id, saved_id)


async def used(tx: Tx, saved_id: uuid.UUID) -> None:
    await tx.execute("UPDATE payments_saved SET used_at = now() WHERE id = $1", saved_id)


async def drop(tx: Tx, saved_id: uuid.UUID) -> None:
    await tx.execute("DELETE FROM payments_saved WHERE id = $1", saved_id)
