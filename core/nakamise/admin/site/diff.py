"""Two texts side by side, line by line."""

from __future__ import annotations

import difflib
from typing import Literal

import msgspec

Kind = Literal["same", "added", "removed", "gap"]
CONTEXT = 2
_KINDS: dict[str, Kind] = {"+": "added", "-": "removed", " ": "same"}


class Line(msgspec.Struct, frozen=True):
    """``gap`` stands for lines that are equal in both and far from any change."""

    kind: Kind
    text: str = ""


def lines_between(old: str, new: str) -> list[Line]:
    """Empty when nothing changed."""
    found: list[Line] = []
    for row in list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=CONTEXT, lineterm=""))[2:]:
        if row.startswith("@@"):
            if found:
                found.append(Line("gap"))
        else:
            found.append(Line(_KINDS[row[0]], row[1:]))
    return found
