"""All pages of the staff."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shop.staff.categories import pages as category_pages
from nakamise_shop.staff.orders import acts as order_acts
from nakamise_shop.staff.orders import bulk_pages as order_bulk_pages
from nakamise_shop.staff.orders import desk as order_desk
from nakamise_shop.staff.orders import pages as order_pages
from nakamise_shop.staff.orders import slips
from nakamise_shop.staff.products import acts as product_acts
from nakamise_shop.staff.products import grid_pages, picture_pages, related_pages
from nakamise_shop.staff.products import pages as product_pages
from nakamise_shop.staff.sheets import pages as import_pages
from nakamise_shop.staff.shops import new_pages as shop_new_pages
from nakamise_shop.staff.shops import pages as shop_pages
from nakamise_shop.staff.shops import people
from nakamise_shop.staff.shops import state_pages as shop_state_pages

route_handlers: Final[list[ControllerRouterHandler]] = [
    *product_pages.route_handlers,
    *grid_pages.page_handlers,
    *import_pages.page_handlers,
    *category_pages.route_handlers,
    *related_pages.page_handlers,
    *product_acts.route_handlers,
    *picture_pages.route_handlers,
    *shop_pages.route_handlers,
    *shop_new_pages.route_handlers,
    *shop_state_pages.route_handlers,
    *people.page_handlers,
    *order_pages.route_handlers,
    *order_acts.route_handlers,
    *order_bulk_pages.route_handlers,
    *order_desk.route_handlers,
    *slips.route_handlers,
]
