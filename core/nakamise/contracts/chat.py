"""Lines of a chat before anybody sees them: what a plugin that judges them is told, and what it answers."""

from __future__ import annotations

import uuid

import msgspec


class ChatLine(msgspec.Struct, frozen=True, kw_only=True):
    """``place`` names where it is said: ``livestream:<id of the broadcast>``. ``text`` is clean: one line of
    visible characters. ``is_staff``: who says it may moderate there."""

    place: str
    author_id: uuid.UUID
    author_name: str
    text: str
    is_staff: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``refuse``: why nobody is to see the line, in the author's language; "" = it may be said.

    ``mask``: (start, end) of what is to be hidden in ``text``, in code points.
    """

    refuse: str = ""
    mask: tuple[tuple[int, int], ...] = ()
