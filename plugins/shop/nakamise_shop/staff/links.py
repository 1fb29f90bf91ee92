"""Addresses of filtered lists, and filters from addresses."""

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
        value = query.get(name)
        if not value:
            continue
        try:
            found = msgspec.convert({name: value}, type_, strict=False)
        except msgspec.ValidationError:
            continue
        known[name] = getattr(found, name)
    return type_(**known)


def address(path: str, wanted: msgspec.Struct, **changes: object) -> str:
    """``path`` with the filter and ``changes``; another filter begins at page 1 again."""
    fields = msgspec.structs.asdict(msgspec.structs.replace(wanted, **({"page": 1} | changes)))
    plain = {name: str(value) for name, value in fields.items() if value not in ("", None, False, 1)}
    plain = {name: "1" if value == "True" else value for name, value in plain.items()}
    return path + (f"?{urlencode(plain)}" if plain else "")
