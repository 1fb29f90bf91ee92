"""All of the API."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_shipping.merging import api as merging
from nakamise_shipping.rates import api as rates
from nakamise_shipping.slips import api as slips
from nakamise_shipping.tracking import api as tracking
from nakamise_shipping.wishes import api as wishes

route_handlers: Final[list[ControllerRouterHandler]] = [
    *rates.route_handlers,
    *wishes.route_handlers,
    *slips.route_handlers,
    *tracking.route_handlers,
    *merging.route_handlers,
]
