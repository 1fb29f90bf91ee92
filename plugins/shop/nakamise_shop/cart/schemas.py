"""What a cart shows. Amounts are tax-included, in minor units."""

from __future__ import annotations

import enum
import uuid
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.pricing import Quote
from nakamise.media import Media

Quantity = Annotated[int, Meta(ge=1, le=999)]


class AddLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    variant_id: uuid.UUID
    quantity: Quantity = 1


class SetQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """0 takes the line out."""

    variant_id: uuid.UUID
    quantity: Annotated[int, Meta(ge=0, le=999)]


class Trouble(enum.StrEnum):
    """Why a line cannot be bought as it is."""

    SOLD_OUT = "sold_out"
    TOO_MANY = "too_many"
    OVER_LIMIT = "over_limit"
    NOT_FOR_SALE = "not_for_sale"
    DEARER = "dearer"


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    """``seen_price`` is what the buyer saw when adding; ``limit`` the most one order may hold now."""

    variant_id: uuid.UUID
    product_id: uuid.UUID
    shop_id: uuid.UUID
    product_slug: str
    name: str
    variant_name: str
    sku: str
    price: int
    seen_price: int
    quantity: int
    available: int
    per_order_limit: int | None
    tax_class: str
    is_for_sale: bool
    shop_slug: str
    shop_name: str
    picture: Media | None

    @property
    def limit(self) -> int:
        return min(self.available, self.per_order_limit or self.available)

    @property
    def trouble(self) -> Trouble | None:
        if not self.is_for_sale:
            return Trouble.NOT_FOR_SALE
        if self.available <= 0:
            return Trouble.SOLD_OUT
        if self.quantity > self.available:
            return Trouble.TOO_MANY
        if self.per_order_limit is not None and self.quantity > self.per_order_limit:
            return Trouble.OVER_LIMIT
        return None

    @property
    def is_dearer(self) -> bool:
        return self.price > self.seen_price


class CartGroup(msgspec.Struct, frozen=True):
    """One shop's lines in the cart."""

    shop_slug: str
    shop_name: str
    lines: list[CartLine]


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """``quote`` prices what can be bought; None when nothing can. ``quantity`` is the badge's number."""

    groups: list[CartGroup]
    quantity: int
    quote: Quote | None

    @property
    def lines(self) -> list[CartLine]:
        return [line for group in self.groups for line in group.lines]

    @property
    def has_trouble(self) -> bool:
        return any(line.trouble for line in self.lines)

    @property
    def can_check_out(self) -> bool:
        return (
            self.quantity > 0 and not self.has_trouble and self.quote is not None and not self.quote.degraded
        )
