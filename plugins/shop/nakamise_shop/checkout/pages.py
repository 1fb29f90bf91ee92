"""Being built."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

route_handlers: Final[list[ControllerRouterHandler]] = []
