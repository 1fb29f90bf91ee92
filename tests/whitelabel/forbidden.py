"""The one list of words that nobody may read: our product's name, and the names of everybody else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

# In every spelling; package names such as nakamise_shop hold the first one.
PRODUCT: Final = (
    "nakamise",
    "naka-mise",
    "naka_mise",
    "naka mise",
    "仲見世",
    "仲見せ",
    "なかみせ",
    "ナカミセ",
)
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_TAG: Final = re.compile(r"</?[A-Za-z!][^<>]*>")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_ENTITY: Final = re.compile(r"&(?:#x([0-9a-f]+)|#(\d+));", re.IGNORECASE)
_AROUND: Final = 60


def normalised(text: str) -> str:
    """Width, case and invisible characters make no difference."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True)
class Words:
    """``others`` maps a name to whose it is."""

    others: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = {normalised(word): "our product's name" for word in PRODUCT}
        found |= {normalised(word): owner for word, owner in self.others.items()}
        object.__setattr__(self, "others", found)

    def allowing(self, word: str) -> Words:
        kept = {other: owner for other, owner in self.others.items() if other != normalised(word)}
        return Words(kept)

    def leaks(self, where: str, texts: Iterable[tuple[str, str]]) -> list[str]:
        """``texts`` are (place, text). Each leak is a line: where, whose name, the word, what stands around it."""
        found: dict[tuple[str, str], str] = {}
        for place, text in texts:
            for form in _forms(text):
                for word, owner in self.others.items():
                    at = form.find(word)
                    if at >= 0:
                        excerpt = " ".join(form[max(0, at - _AROUND) : at + len(word) + _AROUND].split())
                        found.setdefault((place, word), f"{where} · {place}: {owner} {word!r} in «{excerpt}»")
        return list(found.values())


def _forms(text: str) -> Iterator[str]:
    """As it stands, and as it is read: without tags, escapes and percent signs."""
    plain = normalised(text)
    yield plain
    if "<" in plain:
        yield _TAG.sub("", plain)
    if "&#" in plain:
        yield normalised(_ENTITY.sub(_entity, plain))
    if "\\u" in plain:
        yield normalised(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), plain))
    if "%" in plain:
        yield normalised(unquote(plain, errors="ignore"))


def _entity(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return chr(code) if code < 0x110000 else ""
