"""The route table of the running application: every path, every method, who may call it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Litestar

from nakamise.host.routes import handlers_of
from nakamise.plugin.access import OPT_SENSITIVE, Access
from nakamise.routing.access import access_of

# Parameters that name nothing of a tenant's.
COMMON: Final = {
    "code": "1500001",
    "act": "publish",
    "picture": "logo",
    "option": "nosuch",
    "option_id": "nosuch",
    "plan_id": "nosuch",
    "plugin_id": "nosuch",
    "owner": "core",
    "locale": "ja",
    "digest": "0",
    "path": "nothing.css",
    # A room that is nowhere: one that is somewhere answers without end. tests/core/rooms has them.
    "kind": "nosuch",
    "room_id": "nosuch",
}
# Names that anybody may choose, so that an unknown one is nothing wrong: a legal text to be, an address to be.
FREE: Final = frozenset({"legal/slug", "slugs/slug"})
PARAMETER: Final = re.compile(r"(?:(?P<before>[^/{}]+)/)?\{(?P<name>\w+)(?::\w+)?\}")


class NobodyThoughtOf(LookupError):
    """A path has a parameter for which no test has a value."""


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    access: Access
    is_sensitive: bool = False

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def names_a_thing(self) -> bool:
        """Whether the path holds a parameter for something that a tenant owns."""
        return any(
            match["name"] not in COMMON and f"{match['before']}/{match['name']}" not in FREE
            for match in PARAMETER.finditer(self.path)
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: Any) -> list[Route]:
    """HTTP routes of the core and of every plugin."""
    while not isinstance(app, Litestar):
        app = app._app
    return sorted(
        (
            Route(method, path, access_of(handler), bool(handler.opt.get(OPT_SENSITIVE)))
            for path, handler in handlers_of(app.routes)
            for method in getattr(handler, "http_methods", ())
        ),
        key=str,
    )


def fill(path: str, things: Mapping[str, str]) -> str:
    """``path`` with its parameters replaced, by ``segment/name`` before ``name``.

    Raises NobodyThoughtOf: a new route must be thought of.
    """

    def value(match: re.Match[str]) -> str:
        before, name = match["before"], match["name"]
        found = known.get(f"{before}/{name}") or known.get(name)
        if found is None:
            raise NobodyThoughtOf(
                f"{path}: nothing stands for {{{name}}}. If it names something of a tenant's, make one in"
                " tests/isolation/house.py (`_THINGS`, or `house.things`); if not, say so in COMMON of"
                " tests/isolation/table.py."
            )
        return found if before is None else f"{before}/{found}"

    known = {**COMMON, **things}
    return PARAMETER.sub(value, path)
