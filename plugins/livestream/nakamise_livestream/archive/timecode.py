"""Times of a recording as people write them: ``12:05`` and ``1:02:03``; chapters as lines of such a time and a title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_
from nakamise_livestream.archive.schemas import CHAPTERS_MAX, TITLE_MAX, Chapter
from nakamise_livestream.words import DOMAIN

_LINE: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]?\d)\s+(\S.*)", re.ASCII)


def clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def written(chapters: Sequence[Chapter]) -> str:
    return "\n".join(f"{clock(one.starts_s)} {one.title}" for one in chapters)


def read(text: str) -> list[Chapter] | None:
    """None for no lines at all. Raises Invalid."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > CHAPTERS_MAX:
        raise Invalid({"chapters": FieldError(N_("There are too many chapters."), domain=DOMAIN)})
    return [_chapter(line) for line in lines] or None


def _chapter(line: str) -> Chapter:
    found = _LINE.fullmatch(line)
    if found is None or len(found[4]) > TITLE_MAX:
        message = N_("“%(line)s” is no chapter: write its time and its name, as in 1:30 Colours.")
        raise Invalid({"chapters": FieldError(message, domain=DOMAIN, line=line[:40])})
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    return Chapter(float(hours * 3600 + minutes * 60 + seconds), found[4])
