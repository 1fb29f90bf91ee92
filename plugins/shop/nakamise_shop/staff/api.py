"""Everything of the staff's pages as JSON."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shop.staff.categories import api as category_api
from nakamise_shop.staff.orders import api as order_api
from nakamise_shop.staff.orders import desk_api as order_desk_api
from nakamise_shop.staff.products import api as product_api
from nakamise_shop.staff.products import grid_pages, related_pages
from nakamise_shop.staff.sheets import pages as import_pages
from nakamise_shop.staff.shops import api as shop_api
from nakamise_shop.staff.shops import people

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
