"""Everything of the staff's pages as JSON."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shop.staff import order_api, product_api, shop_api

route_handlers: Final[list[ControllerRouterHandler]] = [
    *product_api.route_handlers,
    *shop_api.route_handlers,
    *order_api.route_handlers,
]
