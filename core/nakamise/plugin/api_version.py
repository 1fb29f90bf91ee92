"""The version of the contract, apart from the product's.

Minor = additions only; a removal or a tightening is a new major. A plugin names the version it was
written for; the host loads its own major up to its own minor and refuses the rest with a reason.
"""

from __future__ import annotations

from typing import Final

API_VERSION: Final = (1, 0)


def parse(text: str) -> tuple[int, int]:
    """ "1.0" → (1, 0). Raises ValueError."""
    major, _, minor = text.partition(".")
    return int(major), int(minor)
