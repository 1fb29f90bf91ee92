"""Everything as JSON."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_social.follows import api as follows
from nakamise_social.notices import api as notices
from nakamise_social.profiles import api as profiles

route_handlers: Final[list[ControllerRouterHandler]] = [
    *follows.route_handlers,
    *notices.route_handlers,
    *profiles.route_handlers,
]
