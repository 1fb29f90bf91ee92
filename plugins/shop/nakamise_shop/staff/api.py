"""Everything of the staff's pages as JSON."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shop.staff import (
    category_api,
    grid_pages,
    import_pages,
    order_api,
    order_desk_api,
    people,
    product_api,
    related_pages,
    shop_api,
)

route_handlers: Final[list[ControllerRouterHandler]] = [
    *product_api.route_handlers,
    *grid_pages.api_handlers,
    *import_pages.api_handlers,
    *category_api.route_handlers,
    *related_pages.api_handlers,
    *shop_api.route_handlers,
    *people.api_handlers,
    *order_api.route_handlers,
    *order_desk_api.route_handlers,
]
