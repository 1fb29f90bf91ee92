"""Orders as other plugins see them while one is placed, expires or is cancelled."""

from __future__ import annotations

import enum
import uuid

import msgspec

from nakamise.contracts.pricing import Quote


class OrderRef(msgspec.Struct, frozen=True):
    """One shop's order within a purchase. ``number`` is what people read."""

    id: uuid.UUID
    purchase_id: uuid.UUID
    number: str


class OrderDraft(msgspec.Struct, frozen=True):
    """What is about to be placed: every amount is tax-included, in minor units of ``currency``.

    ``orders`` are in the order of ``quote.shops``, one for each.
    """

    purchase_id: uuid.UUID
    orders: tuple[OrderRef, ...]
    buyer_id: uuid.UUID
    currency: str
    quote: Quote


class Refusal(msgspec.Struct, frozen=True):
    """Why an order may not be placed. ``message`` is a msgid of the refusing plugin's catalog."""

    code: str
    message: str
    line_id: str | None = None


class RevertReason(enum.StrEnum):
    """Why an order that was placed gives back what it took."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"
