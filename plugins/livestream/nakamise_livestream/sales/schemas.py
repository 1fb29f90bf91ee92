"""The numbers of a broadcast, for its host. Amounts are tax-included, in minor units of the tenant's currency."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

import msgspec


class InterestInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``act``: a product was opened, or put into the cart."""

    product_id: uuid.UUID
    act: Literal["open", "add"]


class ProductNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What one product did. ``orders`` counts orders with it, ``sales`` is worth of goods after discounts."""

    product_id: uuid.UUID
    clicks: int
    adds: int
    orders: int
    units: int
    sales: int


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """A broadcast so far. ``comments_minute`` are those of the last sixty seconds.

    ``conversion_bp``: orders per visitor, in basis points; 0 without visitors. Orders that expired or were
    cancelled do not count. ``publishing``: media arrives now; ``lost_at``: since when it does not, while it should.
    """

    viewers_now: int
    viewers_peak: int
    viewers_total: int
    comments: int
    comments_minute: int
    clicks: int
    adds: int
    orders: int
    units: int
    sales: int
    conversion_bp: int
    products: list[ProductNumbers]
    publishing: bool
    lost_at: datetime | None
    at: datetime
