"""Products as other plugins may show them. Amounts are tax-included, in minor units of the tenant's currency."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from nakamise.db import Tx
from nakamise.media import Media


class CatalogProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A published product of an open shop, as it is at this moment.

    ``available`` counts what can be sold over all variants; ``path`` is its page on the site; ``reduced`` marks
    the reduced tax rate (※); ``compare_at`` belongs to ``min_price``.
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


class CatalogVariant(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be put into the cart; ``available`` counts what can be sold."""

    name: str
    price: int
    available: int


class CatalogDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who presents a product wants at hand; ``facts`` are (label, value) pairs."""

    text: str
    facts: Sequence[tuple[str, str]]
    variants: Sequence[CatalogVariant]
    per_order_limit: int | None


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
