"""All pages: buyers' and staff's."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shipping.merging import pages as merging
from nakamise_shipping.rates import pages as rates
from nakamise_shipping.slips import pages as slips
from nakamise_shipping.tracking import pages as tracking
from nakamise_shipping.wishes import staff_pages as wishes

staff_handlers: Final[list[ControllerRouterHandler]] = [
    *rates.route_handlers,
    *slips.route_handlers,
    *tracking.route_handlers,
    *merging.route_handlers,
    *wishes.route_handlers,
]
