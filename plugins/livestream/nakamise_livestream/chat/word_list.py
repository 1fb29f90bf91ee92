"""The tenant's own list of words: found however they are written."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from nakamise.japan import fold

WORDS_MAX: Final = 1_000
_LATIN: Final = re.compile(r"[\x20-\x7e]+\Z")


class WordList:
    """Width, case, kana and what is put between the letters do not matter; Latin words are found whole."""

    def __init__(self, words: tuple[str, ...]) -> None:
        folded = sorted({fold(word) for word in words[:WORDS_MAX]} - {""}, key=len, reverse=True)
        latin = [re.escape(word) for word in folded if _LATIN.match(word)]
        self._latin = re.compile(rf"(?<![0-9a-z])(?:{'|'.join(latin)})(?![0-9a-z])") if latin else None
        self._other = [
            found for word in folded if not _LATIN.match(word) for found in [_letters(word)] if found
        ]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of what is on the list, in ``text``."""
        return [*self._latin_spans(text), *self._other_spans(text)]

    def _latin_spans(self, text: str) -> Iterator[tuple[int, int]]:
        if self._latin is None:
            return
        letters, places = _spread(text)
        for found in self._latin.finditer(letters):
            yield places[found.start()][0], places[found.end() - 1][1]

    def _other_spans(self, text: str) -> Iterator[tuple[int, int]]:
        letters, places = _spread(text)
        kept = [position for position, letter in enumerate(letters) if letter.isalnum()]
        bare = "".join(letters[position] for position in kept)
        for word in self._other:
            start = bare.find(word)
            while start >= 0:
                end = start + len(word) - 1
                yield places[kept[start]][0], places[kept[end]][1]
                start = bare.find(word, start + 1)


@functools.lru_cache(maxsize=256)
def word_list(text: str) -> WordList:
    """One word or phrase a line."""
    return WordList(tuple(filter(None, map(str.strip, text.splitlines()))))


def _letters(word: str) -> str:
    return "".join(letter for letter in word if letter.isalnum())


def _spread(text: str) -> tuple[str, list[tuple[int, int]]]:
    """``text`` folded, and where each letter of that stands in ``text``."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        folded = fold(text[start:end]) or " "
        letters.append(folded)
        places += [(start, end)] * len(folded)
    return "".join(letters), places


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """A letter with the marks on it: half-width kana carry theirs as a letter of its own."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not _is_mark(text[position]):
            yield start, position
            start = position


def _is_mark(letter: str) -> bool:
    return letter in "ﾞﾟ" or bool(unicodedata.combining(letter))
