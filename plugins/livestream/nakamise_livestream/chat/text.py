"""A line as it may be shown: one line of visible characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_
from nakamise_livestream.chat.schemas import TEXT_MAX
from nakamise_livestream.words import DOMAIN

# Controls, formats that turn the writing direction or are invisible, and what is no character; joiners of emoji stay.
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
# More marks on one letter than any language has climb over the lines above.
_STACKED: Final = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)


def clean(raw: str) -> str:
    """Raises Invalid when nothing is left, or more than 200 characters."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub(" ", raw))
    text = " ".join(_STACKED.sub(r"\1", text).split())
    if not text.strip("\u200c\u200d\ufe0f"):
        raise Invalid({"text": FieldError(N_("Please write something."), domain=DOMAIN)})
    if len(text) > TEXT_MAX:
        message = N_("At most %(n)s characters.")
        raise Invalid({"text": FieldError(message, domain=DOMAIN, n=TEXT_MAX)})
    return text


def masked(text: str, spans: list[tuple[int, int]]) -> str:
    """``text`` with each of ``spans`` hidden, however they overlap or reach beyond it."""
    hidden = {position for start, end in spans for position in range(max(start, 0), min(end, len(text)))}
    return "".join("＊" if position in hidden else letter for position, letter in enumerate(text))
