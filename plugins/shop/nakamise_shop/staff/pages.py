"""All pages of the staff."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shop.staff import (
    order_acts,
    order_pages,
    picture_pages,
    product_acts,
    product_pages,
    shop_pages,
)

route_handlers: Final[list[ControllerRouterHandler]] = [
    *product_pages.route_handlers,
    *product_acts.route_handlers,
    *picture_pages.route_handlers,
    *shop_pages.route_handlers,
    *order_pages.route_handlers,
    *order_acts.route_handlers,
]
