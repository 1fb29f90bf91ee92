"""A table of sizes as staff type it: one row per line, cells parted by | or a tab; the first row being the heads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

ROWS_MAX: Final = 40
CELLS_MAX: Final = 10
_PARTS: Final = re.compile(r"[|｜\t]")


def rows_of(text: str) -> list[list[str]]:
    """As long as the longest row, at most 40 rows of 10 cells; empty lines do not count."""
    rows = [
        [cell.strip() for cell in _PARTS.split(line)][:CELLS_MAX]
        for line in text.splitlines()
        if line.strip()
    ]
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows[:ROWS_MAX]]


def text_of(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(" | ".join(row) for row in rows)
