"""Every place in a request where an id stands: in the path, in the query, and inside JSON bodies."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from tests.isolation.table import COMMON, FREE, PARAMETER, Route

Where = Literal["path", "query", "body"]
Json = dict[str, Any]
# What a query or a body calls something that has another name in paths.
ALSO: Final = {
    "agency": "agency_id",
    "tenant": "tenant_id",
    "shop": "shops/slug",
    "role": "role_id",
    "roles": "role_id",
    "move_to": "role_id",
    "id": "variant_id",
    "picture_id": "media_id",
    "break_glass": "user_id",
    "token": "token",
    "broadcaster": "broadcaster_id",
    "before": "comment_id",
    "products": "product_id",
    "product_ids": "product_id",
    "moderators": "user_id",
    "for_all": "user_id",
    "category": "category_id",
    "category_ids": "category_id",
    "parent_id": "category_id",
    "ids": "category_id",
    "orders": "order_id",
    "shop_ids": "shop_id",
}
# Texts that must be right for a request to get as far as the id.
_TEXTS: Final = {
    "provider_id": "payments_sandbox",
    "tax_class": "standard",
    "carrier": "other",
    "email": "swap@example.com",
    "token": "x" * 43,
    "discovery_url": "https://login.example.net",
    "email_domains": "example.net",
    "family_kana": "ヤマダ",
    "given_kana": "ハナコ",
    "postal_code": "1040061",
    "prefecture": "東京都",
    "phone": "0312345678",
    "host": "shop.example.jp",
    "password": "three words long",
}
# An id that a page makes up for what it sends, not of anything that is there.
_MADE_UP: Final = dict.fromkeys(("key", "idem"), "0b2c7d0e-6f0a-4b1c-9d3e-2a4f6c8e0b1d")
_FORMATS: Final = {"date": "2026-01-01", "date-time": "2026-01-01T00:00:00+09:00"}
# What pages ask for beside the id in their path.
FORM: Final = {"since": _FORMATS["date"], "host": "shop.example.jp"}


@dataclass(frozen=True)
class Slot:
    """``key`` is what stands there: a key of ``House.things``. ``at`` leads into the body."""

    route: Route
    where: Where
    key: str
    at: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.route} {self.where} {'.'.join(map(str, self.at)) or self.key}"


class Api:
    """The OpenAPI document, asked for what requests hold."""

    def __init__(self, document: Json) -> None:
        self._paths: Json = document["paths"]
        self._schemas: Json = document["components"]["schemas"]

    def slots(self, route: Route) -> Iterator[Slot]:
        operation = self._operation(route)
        for one in operation.get("parameters", ()):
            if one["in"] == "query" and (key := self._key(one["name"], one["schema"])):
                yield Slot(route, "query", key, (one["name"],))
        for at, key in self._inside("", self._body_schema(operation), ()):
            yield Slot(route, "body", key, at)

    def body(self, route: Route, things: Mapping[str, str]) -> Any:
        """Something that the route takes, with the ids of ``things``; None if it takes no JSON."""
        schema = self._body_schema(self._operation(route))
        return self._sample("", schema, things) if schema else None

    def required_query(self, route: Route, things: Mapping[str, str]) -> dict[str, str]:
        return {
            one["name"]: things[key]
            for one in self._operation(route).get("parameters", ())
            if one["in"] == "query" and one.get("required") and (key := self._key(one["name"], one["schema"]))
        }

    def _operation(self, route: Route) -> Json:
        found: Json = self._paths.get(PARAMETER.sub(_bare, route.path), {}).get(route.method.lower(), {})
        return found

    def _body_schema(self, operation: Json) -> Json:
        content = operation.get("requestBody", {}).get("content", {})
        found: Json = content.get("application/json", {}).get("schema", {})
        return found

    def _plain(self, schema: Json) -> Json:
        """References and "or null" followed."""
        while True:
            if "$ref" in schema:
                schema = self._schemas[schema["$ref"].rpartition("/")[2]]
            elif parts := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
                schema = next(part for part in parts if part.get("type") != "null")
            else:
                return schema

    def _key(self, name: str, schema: Json) -> str:
        plain = self._plain(schema)
        if plain.get("type") == "array":
            plain = self._plain(plain["items"])
        if name in _MADE_UP:
            return ""
        if plain.get("format") == "uuid" or (name in ALSO and plain.get("type") == "string"):
            return ALSO.get(name, name)
        return ""

    def _inside(self, name: str, schema: Json, at: tuple[str | int, ...]) -> Iterator[tuple[Any, str]]:
        plain = self._plain(schema) if schema else {}
        if "properties" in plain:
            for part, inner in plain["properties"].items():
                yield from self._inside(part, inner, (*at, part))
        elif plain.get("type") == "array":
            yield from self._inside(name, plain["items"], (*at, 0))
        elif key := self._key(name, plain) if plain else "":
            yield at, key

    def _sample(self, name: str, schema: Json, things: Mapping[str, str]) -> Any:
        plain = self._plain(schema)
        key = self._key(name, plain) if plain.get("type") == "string" else ""
        if key in things:
            return things[key]
        if "properties" in plain:
            return {part: self._sample(part, one, things) for part, one in plain["properties"].items()}
        if plain.get("type") == "array":
            return [self._sample(name, plain["items"], things)]
        return _plain_value(name, plain)


def _plain_value(name: str, schema: Json) -> Any:
    if name in _TEXTS:
        return _TEXTS[name]
    if name in _MADE_UP and schema.get("format") == "uuid":
        return _MADE_UP[name]
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][0]
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return max(1, int(schema.get("minimum", 1)))
    if kind == "boolean":
        return False
    if kind == "object":
        return {}
    return "x" * max(1, int(schema.get("minLength", 1)))


def _bare(match: Any) -> str:
    """As the document writes a parameter: without its type."""
    before = f"{match['before']}/" if match["before"] else ""
    return f"{before}{{{match['name']}}}"


def path_slots(route: Route) -> Iterator[Slot]:
    for match in PARAMETER.finditer(route.path):
        before, name = match["before"], match["name"]
        if name not in COMMON and f"{before}/{name}" not in FREE:
            yield Slot(route, "path", name, (f"{before}/{name}",))


def put(body: Any, at: tuple[str | int, ...], value: str) -> Any:
    """A copy of ``body`` with ``value`` at that place."""
    changed = copy.deepcopy(body)
    inner = changed
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = value
    return changed
