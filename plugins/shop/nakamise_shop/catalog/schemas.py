"""What pages and the API show of the catalogue. Amounts are tax-included, in minor units."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.catalog import CatalogOffer
from nakamise.media import Media
from nakamise_shop.catalog.sale import Sale
from nakamise_shop.paging import Paged


class Sort(enum.StrEnum):
    NEW = "new"
    PRICE_UP = "price"
    PRICE_DOWN = "-price"


class ProductFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``q`` is compared folded; ``category`` covers its sub-categories; ``page`` counts from 1."""

    q: Annotated[str, Meta(max_length=100)] = ""
    category: str | None = None
    shop: str | None = None
    in_stock: bool = False
    sort: Sort = Sort.NEW
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class ProductCard(msgspec.Struct, frozen=True, kw_only=True):
    """``available`` is what can be sold now, over all variants; ``compare_at`` belongs to ``min_price`` and was
    really charged. ``offer``: ``min_price`` is lowered for a while."""

    id: uuid.UUID
    slug: str
    name: str
    shop_slug: str
    shop_name: str
    min_price: int
    max_price: int
    compare_at: int | None
    available: int
    variant_count: int
    badges: list[str]
    picture: Media | None
    offer: CatalogOffer | None = None
    sale: Sale = Sale.ON
    sale_from: datetime | None = None


class ProductPage(Paged, frozen=True, kw_only=True):
    items: list[ProductCard]


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """``option_values`` has one ``OptionValue.key`` per option. ``price`` is what it costs now, ``offer`` why it is
    less than the list price; ``compare_at`` was really charged before."""

    id: uuid.UUID
    sku: str
    name: str
    option_values: list[str]
    price: int
    compare_at: int | None
    available: int
    picture_id: uuid.UUID | None
    offer: CatalogOffer | None = None

    @property
    def is_sold_out(self) -> bool:
        return self.available <= 0


class OptionValue(msgspec.Struct, frozen=True):
    """``key`` names the value in every language, ``label`` is for reading."""

    key: str
    label: str


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One choice a buyer makes, e.g. a shade; ``values`` in display order."""

    name: str
    values: list[OptionValue]


class ProductPicture(Media, frozen=True):
    """``alt`` is what the shop says it shows; often empty."""

    alt: str = ""


class Beside(msgspec.Struct, frozen=True):
    """Another product that the shop shows with one; ``kind``: related or upgrade."""

    id: uuid.UUID
    kind: str


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """``specs`` and ``faq`` are pairs, ``size_chart`` rows of cells (the heads first), in the asked language;
    ``reduced`` marks the reduced tax rate (※), ``tax_bp`` is the rate of today in basis points. ``per_person_days`` None: however long ago. ``shipping`` says what is charged
    for sending, in words; ``shipping_fee`` and ``free_over`` are the shop's own flat fee, which holds where nobody
    knows rates by place."""

    id: uuid.UUID
    slug: str
    name: str
    description: str
    shop_id: uuid.UUID
    shop_slug: str
    shop_name: str
    category_slug: str | None
    category_name: str | None
    tax_class: str
    tax_bp: int
    reduced: bool
    state: str
    options: list[Option]
    specs: list[tuple[str, str]]
    badges: list[str]
    per_order_limit: int | None
    kind: str
    sale: Sale
    sale_from: datetime | None
    sale_until: datetime | None
    per_person_limit: int | None
    per_person_days: int | None
    related: list[Beside]
    faq: list[tuple[str, str]]
    size_chart: list[list[str]]
    min_price: int
    max_price: int
    shipping_fee: int
    free_over: int | None
    legal: Mapping[str, str]
    variants: list[Variant]
    pictures: list[ProductPicture]
    shipping: str = ""

    @property
    def available(self) -> int:
        return sum(variant.available for variant in self.variants)

    def limit_of(self, variant: Variant) -> int:
        """The most that one order may hold of it now."""
        if self.sale is not Sale.ON:
            return 0
        bounds = (variant.available, self.per_order_limit, self.per_person_limit)
        return min(bound for bound in bounds if bound is not None)


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """``product_count`` counts published products of open shops, sub-categories included."""

    id: uuid.UUID
    slug: str
    name: str
    parent_slug: str | None
    product_count: int
    picture: Media | None = None


class ShopCard(msgspec.Struct, frozen=True, kw_only=True):
    slug: str
    name: str
    introduction: str
    product_count: int
    opened_at: datetime | None
    picture: Media | None = None


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """``order_count`` counts orders that stand, as ``orders.status.KEPT`` says; None when the tenant hides it.

    ``on_request`` names the items of ``legal`` that are told to whoever asks: their text says so."""

    id: uuid.UUID
    slug: str
    name: str
    introduction: str
    state: str
    legal: Mapping[str, str]
    invoice_number: str | None
    shipping_fee: int
    free_over: int | None
    opened_at: datetime | None
    product_count: int
    order_count: int | None
    picture: Media | None = None
    on_request: list[str] = []
