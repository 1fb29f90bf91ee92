"""Whether a log of acts is as it was written."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec


class LogVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether anybody tampered with the installation's log; ``hash`` is the last seal's, to be noted elsewhere.

    ``rows`` are sealed, ``until`` then. ``changed``, ``removed`` and ``inserted`` (later, with an older time) are
    ids of lines, the first ones; ``broken_seal`` is the first one that is wrong. An agency is told of its own
    lines only, and of no removed ones, for nobody can say whose they were; ``ok`` is about the whole log.
    """

    ok: bool
    seals: int
    rows: int
    until: datetime | None
    hash: str
    changed: Sequence[uuid.UUID]
    removed: Sequence[uuid.UUID]
    inserted: Sequence[uuid.UUID]
    broken_seal: int | None
