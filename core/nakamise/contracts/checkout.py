"""Orders as other plugins see them while one is placed, expires or is cancelled."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping

import msgspec

from nakamise.contracts.pricing import Quote, ShopQuote


class OrderRef(msgspec.Struct, frozen=True):
    """One shop's order within a purchase. ``number`` is what people read."""

    id: uuid.UUID
    purchase_id: uuid.UUID
    number: str


class OrderDraft(msgspec.Struct, frozen=True):
    """What is about to be placed: every amount is tax-included, in minor units of ``currency``.

    ``orders`` are in the order of ``quote.shops``, one for each. ``inputs`` is what the buyer chose for plugins
    (``contracts.cart``), ``address`` the delivery address as the order keeps it.
    """

    purchase_id: uuid.UUID
    orders: tuple[OrderRef, ...]
    buyer_id: uuid.UUID
    currency: str
    quote: Quote
    inputs: Mapping[str, str] = {}
    address: Mapping[str, object] = {}


class Refusal(msgspec.Struct, frozen=True):
    """Why an order may not be placed. ``message`` is a msgid of the refusing plugin's catalog."""

    code: str
    message: str
    line_id: str | None = None


class RevertReason(enum.StrEnum):
    """Why an order that was placed gives back what it took."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"


class RefundedLine(msgspec.Struct, frozen=True, kw_only=True):
    """``qty`` units of a line go back; ``of_qty`` were bought and ``before`` had gone back earlier."""

    line_no: int
    variant_id: uuid.UUID
    qty: int
    of_qty: int
    before: int
    cash: int
    tender: int


class RefundDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Part of an order, or what is left of it, goes back: amounts are what the buyer gets.

    ``is_last``: nothing of the order is left after it. ``tender`` is what plugins give back by their own means
    (points to their lots); ``cash`` goes back the way it was paid. The parts of ``quote`` say whose tender.
    ``is_undone``: with it the whole order is given up before anything of it left, as by a cancellation. Then what only
    counts (a coupon's use, pieces of a sale) is free again; after a return it stays used.
    """

    refund_id: uuid.UUID
    order: OrderRef
    quote: ShopQuote
    lines: tuple[RefundedLine, ...]
    shipping: int
    cash: int
    tender: int
    is_last: bool
    is_undone: bool = False
