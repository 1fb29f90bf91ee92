"""SDP as lines (RFC 8866): a session part and media sections with their attributes, nothing interpreted."""

from __future__ import annotations

import re
from typing import Final, NoReturn

import msgspec

from nakamise_livestream.media import MalformedOffer

MAX_DESCRIPTION: Final = 64_000
MAX_SECTIONS: Final = 16
MAX_LINES: Final = 2_000

_LINE: Final = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f\x7f]*")
_MEDIA: Final = re.compile(r"(\w+) (\d{1,5})(?:/\d+)? (\S+) (\S+(?: \S+)*)")


class Section(msgspec.Struct):
    """``attributes`` are name to values in their order; a flag's value is empty. ``fmt`` is the rest of the m-line."""

    attributes: dict[str, list[str]] = {}
    kind: str = ""
    port: int = 0
    protocol: str = ""
    fmt: tuple[str, ...] = ()

    def values(self, name: str) -> list[str]:
        return self.attributes.get(name, [])

    def first(self, name: str) -> str | None:
        return next(iter(self.values(name)), None)

    def has(self, name: str) -> bool:
        return name in self.attributes


class Description(msgspec.Struct):
    session: Section
    media: list[Section]


def malformed(text: str) -> NoReturn:
    raise MalformedOffer(text)


def read_sections(text: str) -> Description:
    """Raises :class:`MalformedOffer` for what is no SDP; bare line feeds are let pass, as many parsers do."""
    if len(text) > MAX_DESCRIPTION:
        malformed(f"the description is longer than {MAX_DESCRIPTION} characters")
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) > MAX_LINES:
        malformed(f"the description has more than {MAX_LINES} lines")
    if lines[0] != "v=0":
        malformed("the description does not begin with v=0")
    description = Description(session=Section(), media=[])
    for number, line in enumerate(lines, start=1):
        if not _LINE.fullmatch(line):
            malformed(f"line {number} is no line of SDP")
        _add(description, line)
    return description


def _add(description: Description, line: str) -> None:
    if line.startswith("m="):
        if len(description.media) == MAX_SECTIONS:
            malformed(f"the description has more than {MAX_SECTIONS} media sections")
        description.media.append(_media(line[2:]))
    elif line.startswith("a="):
        section = description.media[-1] if description.media else description.session
        name, _, value = line[2:].partition(":")
        section.attributes.setdefault(name, []).append(value.strip())


def _media(value: str) -> Section:
    match = _MEDIA.fullmatch(value)
    if match is None or int(match[2]) > 65_535:
        malformed(f"m={value[:80]} cannot be read")
    return Section(kind=match[1], port=int(match[2]), protocol=match[3], fmt=tuple(match[4].split(" ")))
