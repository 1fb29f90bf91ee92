"""Typed services between plugins."""

from __future__ import annotations

from nakamise.errors import Unavailable


class ServiceOff(Unavailable):
    """No plugin that provides the service is on for this tenant."""

    default_code = "service_off"

    def __init__(self, type_: type[object]) -> None:
        super().__init__("This is not available here at the moment.")
        self.type_ = type_
