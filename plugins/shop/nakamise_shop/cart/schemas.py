"""What a cart shows. Amounts are tax-included, in minor units."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.pricing import Applied, Quote, QuotedLine, ShopQuote
from nakamise.contracts.shipping import RATES_UNKNOWN
from nakamise.media import Media
from nakamise_shop.catalog.sale import Sale
from nakamise_shop.domain.bill import Bill, BillRow, bill_of, shipping_discounts

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
    SHOP_CLOSED = "shop_closed"
    NOT_YET = "not_yet"
    ENDED = "ended"
    PERSON_LIMIT = "person_limit"


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    """``seen_price`` is the list price when the buyer added it, ``seen_unit`` what it cost with reductions if there
    were any; ``list_amount`` the price as the shop typed it. ``bought`` counts earlier orders of a product with a
    limit per person, ``in_cart`` all variants of the product in this cart; ``via`` is how the buyer came to it."""

    variant_id: uuid.UUID
    product_id: uuid.UUID
    shop_id: uuid.UUID
    product_slug: str
    name: str
    variant_name: str
    sku: str
    price: int
    seen_price: int
    seen_unit: int | None
    list_amount: int
    quantity: int
    via: str
    available: int
    per_order_limit: int | None
    per_person_limit: int | None
    bought: int
    in_cart: int
    sale: Sale
    sale_from: datetime | None
    sale_until: datetime | None
    tax_class: str
    reduced: bool
    is_for_sale: bool
    shop_is_open: bool
    shop_slug: str
    shop_name: str
    picture: Media | None

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.variant_name}".strip()

    @property
    def limit(self) -> int:
        """The most that one order may hold of this variant now, beside the other variants in the cart."""
        if self.sale is not Sale.ON:
            return 0
        bounds = [self.available]
        if self.per_order_limit is not None:
            bounds.append(self.per_order_limit - (self.in_cart - self.quantity))
        if self.per_person_limit is not None:
            bounds.append(self.per_person_limit - self.bought - (self.in_cart - self.quantity))
        return max(0, min(bounds))

    @property
    def trouble(self) -> Trouble | None:
        if not self.shop_is_open:
            return Trouble.SHOP_CLOSED
        if not self.is_for_sale:
            return Trouble.NOT_FOR_SALE
        if self.sale is not Sale.ON:
            return Trouble.NOT_YET if self.sale is Sale.BEFORE else Trouble.ENDED
        if self.available <= 0:
            return Trouble.SOLD_OUT
        if self.per_person_limit is not None and self.in_cart + self.bought > self.per_person_limit:
            return Trouble.PERSON_LIMIT
        if self.per_order_limit is not None and self.in_cart > self.per_order_limit:
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
    """``quote`` prices what can be bought; None when nothing can, and then there is no ``bill``. ``quantity`` is the badge's number. ``inputs`` is
    what the buyer chose for plugins (``contracts.cart``)."""

    groups: list[CartGroup]
    quantity: int
    quote: Quote | None
    bill: Bill | None
    inputs: dict[str, str] = {}

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
    def has_unknown_shipping(self) -> bool:
        """The fees for sending could not be asked: amounts are without them."""
        return self.quote is not None and RATES_UNKNOWN in self.quote.degraded

    def shop_bill(self, group: CartGroup) -> Bill | None:
        """Of what this shop will send; None while nothing of it can be bought."""
        quoted = self.shop_quote(group)
        return bill_of(quoted) if quoted else None

    def shipping_discounts(self, group: CartGroup) -> tuple[BillRow, ...]:
        """What is taken off this shop's shipping, as the bill has it."""
        quoted = self.shop_quote(group)
        return shipping_discounts(quoted) if quoted else ()

    def shop_quote(self, group: CartGroup) -> ShopQuote | None:
        """None while nothing of this shop can be bought."""
        shops = self.quote.shops if self.quote else ()
        return next((shop for shop in shops if shop.shop_id == str(group.shop_id)), None)

    def dearer(self, line: CartLine) -> tuple[int, int] | None:
        """(what the buyer saw, what one costs now) when it costs more: said, never slipped in."""
        priced = self.quoted(line)
        if line.seen_unit is not None and priced is not None and priced.unit_amount > line.seen_unit:
            return line.seen_unit, priced.unit_amount
        return (line.seen_price, line.price) if line.is_dearer and line.seen_unit is None else None

    def was(self, line: CartLine) -> int | None:
        """The list price, where it may be struck through."""
        applied = self.quote.applied if self.quote else ()
        lowered = (one for one in applied if one.taken and one.adjustment.line_id == str(line.variant_id))
        priced = self.quoted(line)
        proven = any(one.adjustment.was_proven for one in lowered)
        return priced.list_amount if priced and proven else None

    @property
    def limited(self) -> list[Applied]:
        """Reductions that end: the buyer is told until when, before ordering."""
        applied = self.quote.applied if self.quote else ()
        return [one for one in applied if one.taken and one.adjustment.ends_at is not None]

    def quoted(self, line: CartLine) -> QuotedLine | None:
        shops = self.quote.shops if self.quote else ()
        lines = (one for shop in shops for one in shop.lines)
        return next((one for one in lines if one.line_id == str(line.variant_id)), None)
