"""What a plugin's package says of itself."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata
from typing import Final

from nakamise.host.discovery import OWN_DISTRIBUTION

LENGTH_MAX: Final = 500
_NO_TEXT: Final = ("#", "!", "[", "<", "=", "-", "```", "|")
_MARKUP: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`]+")


@cache
def first_paragraph(dist: str) -> str:
    """Plain text of the first paragraph of its description; "" where there is none.

    "" also for our own distribution, whose description is about the platform.
    """
    if not dist or dist == OWN_DISTRIBUTION:
        return ""
    try:
        found = metadata.metadata(dist)
    except metadata.PackageNotFoundError:
        return ""
    body = found.get("Description") or str(found.get_payload() or "")  # type: ignore[attr-defined]
    return paragraph_of(body)


def paragraph_of(markdown: str) -> str:
    """The first block that is neither heading, picture, badge nor list, without markup, cut at 500 letters."""
    for block in re.split(r"\n\s*\n", markdown.replace("\r\n", "\n")):
        text = " ".join(block.split())
        if text and not text.startswith(_NO_TEXT):
            return _MARKUP.sub(lambda match: match[1] or "", text)[:LENGTH_MAX]
    return ""
