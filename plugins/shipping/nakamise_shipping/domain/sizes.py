"""How big and heavy a parcel is, and what its class costs more: the classes are the carrier's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

Centimetres = Annotated[int, Meta(ge=1, le=400)]
Grams = Annotated[int, Meta(ge=1, le=100_000)]
_LONGEST: Final = 1_000_000


class SizeClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parcels up to ``cm`` (length, width and height together) and ``grams``; ``surcharge`` on the zone's fee."""

    cm: Centimetres
    grams: Grams
    surcharge: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


# As of 2024, Yamato's TA-Q-BIN; what each class costs more is the shop's own contract.
USUAL: Final = tuple(
    SizeClass(cm=cm, grams=kilograms * 1000)
    for cm, kilograms in ((60, 2), (80, 5), (100, 10), (120, 15), (140, 20), (160, 25), (180, 30), (200, 30))
)


class Measure(msgspec.Struct, frozen=True):
    """One packed piece; None = nobody has measured it."""

    cm: int | None = None
    grams: int | None = None


def packed(pieces: Iterable[tuple[Measure, int]]) -> Measure:
    """One parcel with so many of each; what is unknown counts nothing, and all unknown is unknown.

    Volumes add, edges do not: each piece is taken as a cube, so the parcel's edges together are the smallest number
    whose cube is not below the sum of the pieces' cubes. One piece is as big as itself, eight are twice as big.
    """
    cubes = grams = 0
    for one, count in pieces:
        cubes += (one.cm or 0) ** 3 * count
        grams += (one.grams or 0) * count
    return Measure(_root(cubes) or None, grams or None)


def _root(cubes: int) -> int:
    """The smallest whole number whose cube is not below ``cubes``: integers only, no float decides a fee."""
    low, high = 0, _LONGEST
    while low < high:
        middle = (low + high) // 2
        if middle**3 >= cubes:
            high = middle
        else:
            low = middle + 1
    return low


def class_of(classes: Sequence[SizeClass], parcel: Measure) -> SizeClass | None:
    """The smallest that takes it; None when it is too big or too heavy for all of them."""
    fitting = (one for one in classes if one.cm >= (parcel.cm or 0) and one.grams >= (parcel.grams or 0))
    return next(fitting, None)
