"""Filters of lists in addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def filter_of(type_: type[T], query: Mapping[str, str]) -> T:
    """What the address asks for; what it cannot mean is left out, so that an old link still works."""
    known = {}
    for name in type_.__struct_fields__:
        if not query.get(name):
            continue
        try:
            known[name] = getattr(msgspec.convert({name: query[name]}, type_, strict=False), name)
        except msgspec.ValidationError:
            continue
    return type_(**known)


def address(path: str, wanted: msgspec.Struct, **changes: object) -> str:
    """``path`` with the filter and ``changes`` to it; another filter begins at the first page again."""
    fields = msgspec.structs.asdict(msgspec.structs.replace(wanted, **({"cursor": None} | changes)))
    defaults = msgspec.structs.asdict(type(wanted)())
    plain = {name: value for name, value in fields.items() if value != defaults[name]}
    return path + (f"?{urlencode(plain)}" if plain else "")
