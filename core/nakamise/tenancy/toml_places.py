"""Where in a TOML text a key stands: ``tomllib`` does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

Path = tuple[str | int, ...]
_TOKEN: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|\n|[\[\]{},=]|[^\s\[\]{},=#"\']+',
    re.DOTALL,
)
_KEY_PART: Final = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[^.\s"\']+')


class Place(msgspec.Struct, frozen=True):
    """Counted from 1, as editors do."""

    line: int
    column: int


class Places:
    """Of one text that ``tomllib`` has parsed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}
        prefix: Path = ()
        for statement in _statements(text):
            start, words = statement[0].start(), [token.group() for token in statement]
            if words[0] == "[":
                prefix = self._header(words)
                self._at.setdefault(prefix, start)
            elif "=" in words:
                parts = _parts("".join(words[: words.index("=")]))
                for depth in range(1, len(parts) + 1):
                    self._at.setdefault((*prefix, *parts[:depth]), start)

    def of(self, path: Sequence[str | int]) -> Place:
        """The key's own place, else that of what holds it, else the first line."""
        wanted = tuple(path)
        while wanted and wanted not in self._at:
            wanted = wanted[:-1]
        offset = self._at.get(wanted, 0)
        line = self._text.count("\n", 0, offset) + 1
        return Place(line, offset - (self._text.rfind("\n", 0, offset) + 1) + 1)

    def _header(self, words: list[str]) -> Path:
        """``[a.b]`` and ``[[a.b]]``; a table inside of an array of tables belongs to its last one."""
        is_array = words[:2] == ["[", "["]
        parts = _parts("".join(word for word in words if word not in "[]" and not word.startswith("#")))
        resolved: Path = ()
        for number, part in enumerate(parts):
            resolved = (*resolved, part)
            is_last = number == len(parts) - 1
            if is_last and is_array:
                self._tables[resolved] = self._tables.get(resolved, -1) + 1
            if resolved in self._tables:
                resolved = (*resolved, self._tables[resolved])
        return resolved


def _statements(text: str) -> Iterator[list[re.Match[str]]]:
    """Tokens up to the line's end that is in no bracket; comments are dropped."""
    statement: list[re.Match[str]] = []
    depth = 0
    for token in _TOKEN.finditer(text):
        word = token.group()
        depth += (word in "[{") - (word in "]}")
        if word == "\n":
            if depth == 0 and statement:
                yield statement
                statement = []
        elif not word.startswith("#"):
            statement.append(token)
    if statement:
        yield statement


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _KEY_PART.findall(key))
