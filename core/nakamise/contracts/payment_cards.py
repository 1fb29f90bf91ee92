"""Cards that buyers let a provider keep."""

from __future__ import annotations

import uuid

import msgspec


class SavedCard(msgspec.Struct, frozen=True):
    """A card that the provider keeps for a buyer: ``reference`` stands for it, ``last4`` is all we know of it."""

    reference: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


class SavedMethod(msgspec.Struct, frozen=True):
    """A card that a buyer may use again. ``token`` goes into ``submit`` in the place of a new card's token."""

    id: uuid.UUID
    provider_id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    is_expired: bool

    @property
    def token(self) -> str:
        return f"saved:{self.id}"
