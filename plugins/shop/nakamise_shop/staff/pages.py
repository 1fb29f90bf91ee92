"""All pages of the staff."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shop.staff import (
    category_pages,
    grid_pages,
    import_pages,
    order_acts,
    order_bulk_pages,
    order_desk,
    order_pages,
    people,
    picture_pages,
    product_acts,
    product_pages,
    related_pages,
    shop_new_pages,
    shop_pages,
    shop_state_pages,
    slips,
)

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
