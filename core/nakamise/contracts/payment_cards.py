"""Cards that buyers let a provider keep."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

_SAVED: Final = "saved:"


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
        return f"{_SAVED}{self.id}"


def is_saved(token: str) -> bool:
    """Whether it stands for a ``SavedMethod``, and not for a new card."""
    return token.startswith(_SAVED)


def saved_id(token: str) -> uuid.UUID | None:
    """The id in ``SavedMethod.token``; None for a new card's token, and for what is none."""
    try:
        return uuid.UUID(token.removeprefix(_SAVED)) if is_saved(token) else None
    except ValueError:
        return None
