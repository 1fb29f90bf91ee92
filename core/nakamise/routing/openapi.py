"""``/api/openapi.json``: the API as this tenant has it. A plugin that is off leaves no trace in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, get

from nakamise.plugin.access import anyone
from nakamise.plugin.context import Ctx, TenantCtx

CORE: Final = "core"
CACHE_MAX: Final = 4096
_PREFIX: Final = "#/components/schemas/"

Json = dict[str, Any]


class OwnedSchema(msgspec.Struct, frozen=True):
    """What one plugin (or the core) adds to the document."""

    paths: Json
    components: Json


class TenantSchemas:
    """The whole document, cut by owner once; then put together for each set of plugins."""

    def __init__(self, document: Json, owner_of: Callable[[str], str | None]) -> None:
        self._frame = {
            key: value for key, value in document.items() if key not in ("paths", "components", "info")
        }
        self._by_owner = split(document, owner_of)
        self._cache: dict[frozenset[str], Json] = {}

    def of(self, enabled: frozenset[str]) -> Json:
        """Without ``info``, which is the tenant's own."""
        found = self._cache.get(enabled)
        if found is None:
            if len(self._cache) >= CACHE_MAX:
                self._cache.clear()
            found = self._cache[enabled] = self._join(enabled)
        return found

    def _join(self, enabled: frozenset[str]) -> Json:
        parts = [part for owner, part in self._by_owner.items() if owner == CORE or owner in enabled]
        paths = {path: item for part in parts for path, item in part.paths.items()}
        schemas = {name: schema for part in parts for name, schema in part.components.items()}
        return {**self._frame, "paths": paths, "components": {"schemas": schemas}}


def split(document: Json, owner_of: Callable[[str], str | None]) -> dict[str, OwnedSchema]:
    """Each owner's paths with the components that they reach, renamed ``<owner>.<Title>``.

    Litestar lengthens a component's name when another plugin has one of the same name; renaming keeps
    what is off from showing in the names of what is on.
    """
    paths: dict[str, Json] = {}
    for path, item in sorted(document.get("paths", {}).items()):
        paths.setdefault(owner_of(path) or CORE, {})[path] = item
    schemas = document.get("components", {}).get("schemas", {})
    return {owner: _owned(owner, items, schemas) for owner, items in paths.items()}


def _owned(owner: str, paths: Json, schemas: Json) -> OwnedSchema:
    names = _names(owner, _reachable(paths, schemas), schemas)
    components = {new: _renamed(schemas[old], names) for old, new in names.items()}
    return OwnedSchema(_renamed(paths, names), components)


def _reachable(paths: Json, schemas: Json) -> list[str]:
    found: set[str] = set()
    todo = set(_references(paths))
    while todo:
        name = todo.pop()
        found.add(name)
        todo |= set(_references(schemas[name])) - found
    return sorted(found)


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(_PREFIX)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _names(owner: str, reachable: list[str], schemas: Json) -> dict[str, str]:
    names: dict[str, str] = {}
    for old in reachable:
        new = plain = f"{owner}.{schemas[old].get('title', old)}".replace(" ", "_")
        number = 2
        while new in names.values():
            new = f"{plain}{number}"
            number += 1
        names[old] = new
    return names


def _renamed(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, dict):
        changed = {key: _renamed(value, names) for key, value in node.items()}
        if isinstance(node.get("$ref"), str):
            changed["$ref"] = _PREFIX + names[node["$ref"].removeprefix(_PREFIX)]
        return changed
    if isinstance(node, list):
        return [_renamed(value, names) for value in node]
    return node


@get("/api/openapi.json", opt=anyone(), include_in_schema=False)
async def openapi_document(ctx: Ctx, request: Request[Any, Any, Any]) -> Response[bytes]:
    schemas = _schemas(request.app, ctx)
    info = {"title": ctx.tenant.name, "version": "1"}
    body = msgspec.json.encode({**schemas.of(ctx.tenant.plugins), "info": info})
    return Response(body, media_type="application/json")


def _schemas(app: Litestar, ctx: TenantCtx) -> TenantSchemas:
    found: TenantSchemas | None = app.state.get("tenant_schemas")
    if found is None:
        found = TenantSchemas(app.openapi_schema.to_schema(), ctx.runtime.host.owner_of)
        app.state["tenant_schemas"] = found
    return found


route_handlers = [openapi_document]
