"""How much is tried: what a run of every change can afford, or all of it by `make faults` (NAKAMISE_FAULTS=1)."""

from __future__ import annotations

import os
from typing import Final, TypeVar

from tests.full import FULL

T = TypeVar("T")
ALL: Final = FULL or os.environ.get("NAKAMISE_FAULTS", "") not in ("", "0")


def sized(usual: T, all_of_it: T) -> T:
    return all_of_it if ALL else usual
