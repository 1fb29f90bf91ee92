"""Pages that everybody, or somebody signed in, sees."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_social.follows import pages as follows
from nakamise_social.notices import pages as notices
from nakamise_social.profiles import pages as profiles

route_handlers: Final[list[ControllerRouterHandler]] = [
    *follows.route_handlers,
    *notices.route_handlers,
    *profiles.route_handlers,
]
