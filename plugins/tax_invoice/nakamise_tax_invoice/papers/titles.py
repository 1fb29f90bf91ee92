"""How whoever a document is for is addressed in Japanese: 様 for people, 御中 for companies and the like."""

from __future__ import annotations

import re
from typing import Final

from nakamise_tax_invoice.papers.body import Honorific

_TYPED: Final = re.compile(r"\s*(様|御中)$")
# Names end in these too (おひさま, 鵜殿): they are titles where they stand apart.
_APART: Final = re.compile(r"\s(さま|サマ|殿)$")
_COMPANY: Final = re.compile(
    r"会社|[(（][株有同資名一]+[)）]|[㈱㈲]|法人|組合|協会|学校|大学|病院|事務所|商店|財団|社団"
    r"|\b(Inc|Ltd|LLC|Corp|Co)\b\.?",
    re.IGNORECASE,
)


def addressed(typed: str, chosen: Honorific | None = None) -> tuple[str, Honorific]:
    """The bare name, and its title: the chosen one, else the one that was typed behind it, else by the name."""
    name = typed.strip()
    found = _TYPED.search(name) or (None if _COMPANY.search(name) else _APART.search(name))
    bare = name[: found.start()].strip() if found else name
    return bare, chosen or (_of(found[1]) if found else _fitting(bare))


def _of(word: str) -> Honorific:
    return "御中" if word == "御中" else "様"


def _fitting(name: str) -> Honorific:
    return "御中" if _COMPANY.search(name) else "様"
