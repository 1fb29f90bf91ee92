"""What a cart shows. Amounts are tax-included, in minor units."""

from __future__ import annotations

import enum
import uuid
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.pricing import Applied, Phase, Quote, QuotedLine, ShopQuote
from nakamise.media import Media

Quantity = Annotated[int, Meta(ge=1, le=999)]


class AddLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    variant_id: uuid.UUID
    quantity: Quantity = 1


class Trouble(enum.StrEnum):
    """Why a line cannot be bought as it is."""

    SOLD_OUT = "sold_out"
    TOO_MANY = "too_many"
    OVER_LIMIT = "over_limit"
    NOT_FOR_SALE = "not_for_sale"


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    """``seen_price`` is what the buyer saw when adding; ``list_amount`` the price as the shop typed it."""

    variant_id: uuid.UUID
    product_id: uuid.UUID
    shop_id: uuid.UUID
    product_slug: str
    name: str
    variant_name: str
    sku: str
    price: int
    seen_price: int
    list_amount: int
    quantity: int
    available: int
    per_order_limit: int | None
    tax_class: str
    reduced: bool
    is_for_sale: bool
    shop_slug: str
    shop_name: str
    picture: Media | None

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.variant_name}".strip()

    @property
    def limit(self) -> int:
        """The most that one order may hold now."""
        return min(self.available, self.per_order_limit or self.available)

    @property
    def trouble(self) -> Trouble | None:
        if not self.is_for_sale:
            return Trouble.NOT_FOR_SALE
        if self.available <= 0:
            return Trouble.SOLD_OUT
        if self.per_order_limit is not None and self.quantity > self.per_order_limit:
            return Trouble.OVER_LIMIT
        if self.quantity > self.available:
            return Trouble.TOO_MANY
        return None

    @property
    def is_dearer(self) -> bool:
        return self.price > self.seen_price


class CartGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One shop's lines in the cart; ``free_over`` is the worth of goods from which shipping is free."""

    shop_id: uuid.UUID
    shop_slug: str
    shop_name: str
    shipping_fee: int
    free_over: int | None
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

    @property
    def tax(self) -> int:
        """Contained in the total."""
        return sum(shop.tax for shop in self.quote.shops) if self.quote else 0

    @property
    def subtotal(self) -> int:
        """Goods before discounts on lines, cart and shipping; unit prices are already the lowered ones."""
        shops = self.quote.shops if self.quote else ()
        return sum(line.subtotal for shop in shops for line in shop.lines)

    @property
    def shipping_fee(self) -> int:
        """Before discounts."""
        return sum(shop.shipping.fee for shop in self.quote.shops) if self.quote else 0

    @property
    def reductions(self) -> list[Applied]:
        """What lies between ``subtotal`` with ``shipping_fee`` and the total."""
        applied = self.quote.applied if self.quote else ()
        return [one for one in applied if one.taken and Phase.UNIT < one.adjustment.phase < Phase.TENDER]

    def shop_quote(self, group: CartGroup) -> ShopQuote | None:
        """None while nothing of this shop can be bought."""
        shops = self.quote.shops if self.quote else ()
        return next((shop for shop in shops if shop.shop_id == str(group.shop_id)), None)

    def quoted(self, line: CartLine) -> QuotedLine | None:
        shops = self.quote.shops if self.quote else ()
        lines = (one for shop in shops for one in shop.lines)
        return next((one for one in lines if one.line_id == str(line.variant_id)), None)
