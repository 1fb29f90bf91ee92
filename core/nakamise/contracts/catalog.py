"""Products as other plugins may show them. Amounts are tax-included, in minor units of the tenant's currency."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Protocol

import msgspec

from nakamise.db import Tx
from nakamise.media import Media
from nakamise.plugin.events import Event


class CatalogOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A price for a while: who lowered it says ``label``; ``ends_at`` None = no end is known; ``list_price`` is
    what it costs otherwise."""

    label: str
    ends_at: datetime | None
    list_price: int


class CatalogProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A published product of an open shop, as it is at this moment.

    ``available`` counts what can be sold over all variants; ``path`` is its page on the site; ``reduced`` marks
    the reduced tax rate (※); ``compare_at`` belongs to ``min_price`` and is a price that was really charged.
    ``offer``: ``min_price`` is lowered for a while.
    """

    id: uuid.UUID
    slug: str
    path: str
    name: str
    shop_id: uuid.UUID
    shop_name: str
    min_price: int
    max_price: int
    compare_at: int | None
    available: int
    variant_count: int
    reduced: bool
    picture: Media | None
    offer: CatalogOffer | None = None


class CatalogVariant(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be put into the cart; ``available`` counts what can be sold."""

    name: str
    price: int
    available: int


class CatalogDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who presents a product wants at hand; ``facts`` are (label, value) pairs, ``questions`` (question,
    answer) pairs, ``size_chart`` rows of cells, the heads first."""

    text: str
    facts: Sequence[tuple[str, str]]
    variants: Sequence[CatalogVariant]
    per_order_limit: int | None
    questions: Sequence[tuple[str, str]] = ()
    size_chart: Sequence[Sequence[str]] = ()


class CatalogShop(msgspec.Struct, frozen=True):
    """Where somebody's products are; ``path`` is a page of the site."""

    name: str
    path: str


class Catalog(Protocol):
    """``ctx.optional_service(Catalog)``: None where nothing is sold."""

    async def products(self, tx: Tx, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, CatalogProduct]:
        """By id; what is not published, or gone, is missing."""
        ...

    async def presentable(self, tx: Tx, user_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
        """Those of ``ids`` that ``user_id`` may show and sell in a broadcast."""
        ...

    async def search(self, tx: Tx, user_id: uuid.UUID, query: str, limit: int) -> Sequence[CatalogProduct]:
        """What ``user_id`` may show, newest first; ``query`` "" = everything."""
        ...

    async def details(self, tx: Tx, product_id: uuid.UUID) -> CatalogDetails | None:
        """None for what is not published, or gone."""
        ...

    async def shop_of(self, tx: Tx, user_id: uuid.UUID) -> CatalogShop | None:
        """The open shop whose products ``user_id`` shows; None where there is none."""
        ...

    async def choices(self, tx: Tx, *, with_products: bool = True) -> CatalogChoices:
        """What rules may be limited to, in the reader's language; also shops that are closed.

        At most 2,000 products; ``with_products`` False: none, for who needs the others only."""
        ...

    async def facts(self, tx: Tx, product_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, ProductFacts]:
        """For rules that are limited to shops, categories or products; what is gone is missing."""
        ...

    async def variants(self, tx: Tx, product_ids: Sequence[uuid.UUID]) -> Sequence[ListedVariant]:
        """Of products in any state, in display order, for staff."""
        ...


class CatalogChoices(msgspec.Struct, frozen=True, kw_only=True):
    """(id, name) pairs for forms of staff."""

    shops: Sequence[tuple[uuid.UUID, str]]
    categories: Sequence[tuple[uuid.UUID, str]]
    products: Sequence[tuple[uuid.UUID, str]]


class ProductFacts(msgspec.Struct, frozen=True, kw_only=True):
    """``category_ids``: its category and those above it."""

    id: uuid.UUID
    name: str
    shop_id: uuid.UUID
    category_ids: frozenset[uuid.UUID]


class ListedVariant(msgspec.Struct, frozen=True, kw_only=True):
    """``price``: the list price, tax-included; ``name`` is the variant's own."""

    id: uuid.UUID
    product_id: uuid.UUID
    product_name: str
    name: str
    sku: str
    price: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """May the list price of ``variant_id`` be struck through beside a lower one?

    ``at`` is the moment that is judged: the beginning for an offer whose end is announced, else now. ``lowered``
    are times in which less was charged than the list says.
    """

    variant_id: uuid.UUID
    at: datetime
    lowered: tuple[tuple[datetime, datetime], ...] = ()


Doubt = Literal["", "never", "too_short", "too_rarely", "too_long_ago"]
"""Why a former price may not be shown; "" = it may."""


class PriceHistory(Protocol):
    """``ctx.optional_service(PriceHistory)``: what was really charged in the eight weeks before."""

    async def doubts(self, tx: Tx, asked: Sequence[Comparison]) -> Sequence[Doubt]:
        """One answer for each of ``asked``, in their order."""
        ...


class LoweredProducts(Protocol):
    """Who lowers prices for a while (a pricing plugin) says for which products: lists that are sorted by price put
    these where they belong now. Without it they stand where their list prices put them."""

    async def lowered_now(self, tx: Tx) -> Sequence[uuid.UUID]:
        """At most 1,000; a product that turns out not to be lowered does no harm."""
        ...


class CatalogChanged(Event, frozen=True, kw_only=True):
    """Staff changed prices, stock or what is on sale of these products; what orders take is told by their events."""

    topic: ClassVar[str] = "shop.catalog_changed.1"
    product_ids: tuple[uuid.UUID, ...]
