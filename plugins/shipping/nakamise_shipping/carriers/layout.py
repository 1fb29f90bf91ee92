"""Layouts of carriers' files: dated data, one JSON file each, so that a carrier's change is a new file."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final, Literal

import msgspec

LAYOUTS: Final = ("yamato_b2", "sagawa_e3")


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``field`` of a slip or ``fixed`` text; neither = left empty. ``width`` in half-width characters, 0 = any."""

    name: str
    field: str = ""
    fixed: str = ""
    width: int = 0
    required: bool = False


class TrackingNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Heads of the columns that come back, each under all names that were seen."""

    ref: tuple[str, ...]
    number: tuple[str, ...]
    shipped: tuple[str, ...]


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``kanji``: what the carrier's printers know. ``hours`` are its codes with their usual words."""

    id: str
    carrier: str
    title: str
    as_of: str
    source: str
    date_format: str
    rows_max: int
    kanji: Literal["jis_x_0208", "cp932"]
    address: tuple[str, ...]
    names: tuple[str, ...]
    from_address: tuple[str, ...]
    from_names: tuple[str, ...]
    temperatures: dict[str, str]
    hours: tuple[tuple[str, str], ...]
    tracking: TrackingNames
    columns: tuple[Column, ...]

    def width(self, field: str) -> int:
        """Of the column with this field; 0 = any, also when there is no such column."""
        return next((column.width for column in self.columns if column.field == field), 0)

    def has(self, field: str) -> bool:
        return any(column.field == field for column in self.columns)


@lru_cache(maxsize=8)
def layout(layout_id: str) -> Layout:
    """Raises KeyError."""
    if layout_id not in LAYOUTS:
        raise KeyError(layout_id)
    file = resources.files("nakamise_shipping.carriers.layouts") / f"{layout_id}.json"
    return msgspec.json.decode(file.read_bytes(), type=Layout)


def all_layouts() -> list[Layout]:
    return [layout(one) for one in LAYOUTS]
