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
    "text_id": "nosuch",
    "plan_id": "nosuch",
    "plugin_id": "nosuch",
    "owner": "core",
    "locale": "ja",
    "digest": "0",
    "path": "nothing.css",
    # Which picture of a broadcaster, and which piece of a recording.
    "which": "picture",
    "name": "1.m4s",
    "seat": "1",
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

    @property
    def takes_anything(self) -> bool:
        """Endpoints of WHIP and WHEP say what they are without a look at the broadcast; and who ceases to follow
        what is nowhere has what they want."""
        if self.method in ("GET", "HEAD", "OPTIONS"):
            return self.path.endswith(("/whip", "/whep"))
        return self.method == "DELETE" and self.path.endswith("/follow")

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


def query(route: Route, things: Mapping[str, str]) -> dict[str, str]:
    """What GET of ``route`` cannot be answered without."""
    if route.method == "GET" and route.path.endswith("/chat/lines"):
        return {"before": things["comment_id"]}
    if route.path.endswith("/chat/replay"):
        return {"from": "2026-01-01T00:00:00Z", "to": "2126-01-01T00:00:00Z"}
    return {}


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
