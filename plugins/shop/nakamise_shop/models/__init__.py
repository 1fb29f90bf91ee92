"""Tables as SQLAlchemy Core sees them: equal to the migrations, which a test compares."""

from nakamise_shop.models.base import metadata
from nakamise_shop.models.cart import cart, cart_input, cart_line
from nakamise_shop.models.catalog import (
    category,
    picture,
    price_log,
    product,
    shop,
    stock,
    stock_log,
    variant,
)
from nakamise_shop.models.disclosure import disclosure
from nakamise_shop.models.offering import import_run, person_limit, related, upload
from nakamise_shop.models.on_request import notice_request, notice_try
from nakamise_shop.models.orders import (
    idempotency,
    order,
    order_counter,
    order_event,
    order_line,
    order_note,
    purchase,
    shipment,
)
from nakamise_shop.models.people import people
from nakamise_shop.models.refunds import refund, refund_line
from nakamise_shop.models.seen import seen

__all__ = [
    "cart",
    "cart_input",
    "cart_line",
    "category",
    "disclosure",
    "idempotency",
    "import_run",
    "metadata",
    "notice_request",
    "notice_try",
    "order",
    "order_counter",
    "order_event",
    "order_line",
    "order_note",
    "people",
    "person_limit",
    "picture",
    "price_log",
    "product",
    "purchase",
    "refund",
    "refund_line",
    "related",
    "seen",
    "shipment",
    "shop",
    "stock",
    "stock_log",
    "upload",
    "variant",
]
