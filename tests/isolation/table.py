"""The route table of the running application: every path, every method, who may call it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Litestar

from nakamise.host.routes import handlers_of
from nakamise.plugin.access import Access
from nakamise.routing.access import access_of

# Parameters that name nothing of a tenant's.
COMMON: Final = {
    "code": "1500001",
    "act": "publish",
    "plugin_id": "nosuch",
    "owner": "core",
    "locale": "ja",
    "digest": "0",
    "path": "nothing.css",
}
_PARAMETER: Final = re.compile(r"(?:(?P<before>[^/{}]+)/)?\{(?P<name>\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    access: Access

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def names_a_thing(self) -> bool:
        """Whether the path holds a parameter for something that a tenant owns."""
        return any(match["name"] not in COMMON for match in _PARAMETER.finditer(self.path))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: Any) -> list[Route]:
    """HTTP routes of the core and of every plugin."""
    while not isinstance(app, Litestar):
        app = app._app
    return sorted(
        (
            Route(method, path, access_of(handler))
            for path, handler in handlers_of(app.routes)
            for method in getattr(handler, "http_methods", ())
        ),
        key=str,
    )


def fill(path: str, things: Mapping[str, str]) -> str:
    """``path`` with its parameters replaced, by ``segment/name`` before ``name``.

    Raises KeyError for a parameter that nobody thought of: a new route must be thought of.
    """

    def value(match: re.Match[str]) -> str:
        before, name = match["before"], match["name"]
        if before is None:
            return known[name]
        return f"{before}/{known.get(f'{before}/{name}') or known[name]}"

    known = {**COMMON, **things}
    return _PARAMETER.sub(value, path)
