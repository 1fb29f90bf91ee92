"""Lists in pages, and their filters in addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.views import NavLink

T = TypeVar("T", bound=msgspec.Struct)


class Paged(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; ``total`` counts all that match, ``page`` counts from 1."""

    total: int
    page: int
    page_size: int

    @property
    def page_count(self) -> int:
        return max(1, -(-self.total // self.page_size))


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
    """``path`` with the filter and ``changes`` to it; another filter begins at page 1 again."""
    fields = msgspec.structs.asdict(msgspec.structs.replace(wanted, **({"page": 1} | changes)))
    defaults = msgspec.structs.asdict(type(wanted)())
    plain = {name: _plain(value) for name, value in fields.items() if value != defaults[name]}
    return path + (f"?{urlencode(plain)}" if plain else "")


def filter_tabs(
    ctx: TenantCtx, path: str, wanted: msgspec.Struct, field: str, choices: Iterable[tuple[object, str]]
) -> list[NavLink]:
    """All, and one tab for each (value of ``field``, label); without ``field`` (None) all are shown."""
    rows = [(None, gettext_for(ctx.locale, "core")(N_("All"))), *choices]
    chosen = getattr(wanted, field)
    return [
        NavLink(label, address(path, wanted, **{field: value}), current=value == chosen)
        for value, label in rows
    ]


def _plain(value: object) -> object:
    return "1" if value is True else value


def page_base(first_page: str) -> str:
    """The address up to the page's number, as ``ui.pagination`` takes it."""
    return f"{first_page}{'&' if '?' in first_page else '?'}page="
