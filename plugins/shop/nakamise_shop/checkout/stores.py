"""Names of the convenience stores at whose tills is paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Names of chains are the same in every language of their customers.
STORES: Final[Mapping[str, str]] = {
    "familymart": "ファミリーマート",
    "lawson": "ローソン",
    "ministop": "ミニストップ",
    "seicomart": "セイコーマート",
}
