"""What the usual words on a noshi say, for who reads no Japanese; on the noshi itself stands Japanese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SAYS: Final[Mapping[str, str]] = {
    "御礼": "Thank you",
    "お礼": "Thank you",
    "内祝": "In return for a gift",
    "内祝い": "In return for a gift",
    "御祝": "Congratulations",
    "お祝い": "Congratulations",
    "寿": "Wedding",
    "御中元": "Midsummer gift",
    "お中元": "Midsummer gift",
    "御歳暮": "Year-end gift",
    "お歳暮": "Year-end gift",
    "御年賀": "New Year",
    "お年賀": "New Year",
    "粗品": "A small gift",
    "御見舞": "Get well",
    "快気祝": "Recovered",
    "御供": "Condolences",
    "志": "In memory",
}
