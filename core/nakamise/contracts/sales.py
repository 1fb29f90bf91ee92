"""What was sold, for reports. Amounts are tax-included, in minor units; days are the tenant's.

One definition each: *sales* are the totals of the orders that were paid in the period (goods and shipping, after
discounts, points included), at the moment of payment. What was given back is counted when it was given back.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from nakamise.contracts.ui import Period
from nakamise.db import Tx


class SalesTotals(msgspec.Struct, frozen=True, kw_only=True):
    """``given_back``: refunds and cancelled paid orders of the period, whenever they were bought; ``undone`` of
    the period's ``orders`` were cancelled or wholly refunded since, worth ``undone_sales``. ``goods``: what the
    period's orders cost without shipping, the base of shares. ``new_users``: 0 where not all shops are asked for."""

    orders: int
    sales: int
    goods: int
    given_back: int
    refunds: int
    undone: int
    undone_sales: int
    new_users: int

    @property
    def average(self) -> int:
        """Of an order, rounded down; 0 without one."""
        return self.sales // self.orders if self.orders else 0

    @property
    def net(self) -> int:
        return self.sales - self.given_back


class SalesDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the tenant; ``users``: how many registered on it."""

    day: date
    orders: int
    sales: int
    users: int


class SoldProduct(msgspec.Struct, frozen=True, kw_only=True):
    """``sales``: goods after discounts, without shipping; ``name`` as it was bought last."""

    product_id: uuid.UUID
    name: str
    units: int
    orders: int
    sales: int


class SoldShare(msgspec.Struct, frozen=True, kw_only=True):
    """A category or a shop; ``id`` None: products without a category. ``sales`` of categories are goods, of shops
    the totals of their orders."""

    id: uuid.UUID | None
    name: str
    units: int
    sales: int


class SalesReport(msgspec.Struct, frozen=True, kw_only=True):
    """``days``: every day of the period, ascending. ``products``: the best first; ``categories`` add up to
    ``totals.goods``, ``shops`` to ``totals.sales``. ``is_whole``: of all shops; users belong to no shop."""

    period: Period
    totals: SalesTotals
    before: SalesTotals
    days: Sequence[SalesDay]
    products: Sequence[SoldProduct]
    categories: Sequence[SoldShare]
    shops: Sequence[SoldShare]
    is_whole: bool = True


class ReportedShop(msgspec.Struct, frozen=True, kw_only=True):
    """Whose figures somebody may see."""

    id: uuid.UUID
    slug: str
    name: str


class Via(enum.StrEnum):
    """How somebody came to a product's page; from there it goes along with the item to the cart and the order."""

    SEARCH = "search"
    SOCIAL = "social"
    MAIL = "mail"
    CAMPAIGN = "campaign"
    LINK = "link"
    DIRECT = "direct"
    LIVE = "live"
    LIST = "list"
    SITE = "site"
    UNKNOWN = ""


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Times, not people: ``shown`` in a list of products, ``views`` of product pages, ``carts`` put into a cart; orders
    that were placed, and paid, in the period. Programs and the site's own staff are left out of the first three."""

    shown: int
    views: int
    carts: int
    ordered: int
    paid: int


class ProductSteps(Steps, frozen=True, kw_only=True):
    """Orders with the product; ``name`` is today's."""

    product_id: uuid.UUID
    name: str


class ViaSteps(Steps, frozen=True, kw_only=True):
    """Orders with an item that came this way; ``sales`` are its goods and add up to ``SalesTotals.goods``."""

    via: Via
    sales: int


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` counts every order once; ``products`` the most seen first, ``ways`` the best sellers first."""

    total: Steps
    products: Sequence[ProductSteps]
    ways: Sequence[ViaSteps]


class Sales(Protocol):
    """``ctx.service(Sales)``: provided by the shop. Give it ``ctx.snapshot()``, so that all figures agree.

    Staff who work for some shops get the figures of those; another's shop raises NotFound.
    """

    async def shops(self, tx: Tx) -> Sequence[ReportedShop]:
        """Those that the actor may ask for."""
        ...

    async def report(
        self, tx: Tx, period: Period, before: Period, *, shop_id: uuid.UUID | None = None, limit: int = 20
    ) -> SalesReport:
        """Of one shop or of all; ``before`` is compared with. ``limit`` products."""
        ...

    async def funnel(
        self, tx: Tx, period: Period, *, shop_id: uuid.UUID | None = None, limit: int = 20
    ) -> Funnel:
        """From lists and product pages to the payment. ``limit`` products."""
        ...

    async def paid(self, tx: Tx, order_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, datetime]:
        """When each of ``order_ids`` was paid; those that were not are missing."""
        ...
