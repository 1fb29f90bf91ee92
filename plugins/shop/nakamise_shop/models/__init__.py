"""Tables as SQLAlchemy Core sees them: equal to the migrations, which a test compares."""

from nakamise_shop.models.base import metadata
from nakamise_shop.models.cart import cart, cart_line
from nakamise_shop.models.catalog import category, picture, product, shop, stock, variant
from nakamise_shop.models.orders import (
    idempotency,
    order,
    order_counter,
    order_event,
    order_line,
    purchase,
    shipment,
)

__all__ = [
    "cart",
    "cart_line",
    "category",
    "idempotency",
    "metadata",
    "order",
    "order_counter",
    "order_event",
    "order_line",
    "picture",
    "product",
    "purchase",
    "shipment",
    "shop",
    "stock",
    "variant",
]
