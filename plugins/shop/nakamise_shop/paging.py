"""Tabs of lists; the rest of paging is the core's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from nakamise.plugin import TenantCtx
from nakamise.web import NavLink, Paged, filter_of, gettext_for, page_base
from nakamise.web import page_address as address

__all__ = ["Paged", "address", "filter_of", "page_base", "tabs"]


def tabs(
    ctx: TenantCtx,
    path: str,
    wanted: msgspec.Struct,
    field: str,
    labels: Iterable[tuple[str, str]],
    counts: Mapping[str, int],
) -> list[NavLink]:
    """All, and one for each (value of ``field``, label) with how many it would show."""
    _ = gettext_for(ctx.locale, "shop")
    chosen = getattr(wanted, field)
    everything = NavLink(
        _("All"),
        address(path, wanted, **{field: None}),
        current=chosen is None,
        count=sum(counts.values()),
    )
    return [everything, *(_tab(path, wanted, field, value, label, counts) for value, label in labels)]


def _tab(
    path: str, wanted: msgspec.Struct, field: str, value: str, label: str, counts: Mapping[str, int]
) -> NavLink:
    return NavLink(
        label,
        address(path, wanted, **{field: value}),
        current=getattr(wanted, field) == value,
        count=counts.get(value, 0),
    )
