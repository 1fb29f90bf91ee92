"""Subjects of UI slots: what ``UiHooks.slot_context`` gets and templates see as ``subject``."""

from __future__ import annotations

import uuid

import msgspec


class ProductSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slots product.*: amounts are tax-included, in minor units."""

    product_id: uuid.UUID
    shop_id: uuid.UUID
    slug: str
    name: str
    min_price: int
    max_price: int
    currency: str
    in_stock: bool


class CartSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slots cart.* and checkout.*; ``total`` includes shipping as far as it is known."""

    quantity: int
    goods: int
    total: int
    currency: str


class OrderSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slots order.* and admin.order.*."""

    order_id: uuid.UUID
    number: str
    state: str
    total: int
    currency: str
