"""Chapters of a recording: the host's own, else one for each product that was shown."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.archive.schemas import TITLE_MAX, Chapter, Mark
from nakamise_livestream.broadcasts import access, products
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.words import DOMAIN

_US: Final = 1_000_000
_CHAPTERS: Final = """
SELECT starts_us, title FROM livestream_chapter WHERE broadcast_id = $1 ORDER BY starts_us
"""
_OWN: Final = """
UPDATE livestream_recording SET has_chapters = $2 WHERE broadcast_id = $1 AND deleted_at IS NULL
"""
_CLEAR: Final = "DELETE FROM livestream_chapter WHERE broadcast_id = $1"
_ADD: Final = "INSERT INTO livestream_chapter (broadcast_id, starts_us, title) VALUES ($1, $2, $3)"
_LENGTH: Final = """
SELECT coalesce(max(starts_us + duration_us), 0) FROM livestream_segment WHERE broadcast_id = $1
"""


class _Row(msgspec.Struct, frozen=True):
    starts_us: int
    title: str


async def of_host(tx: Tx, broadcast_id: uuid.UUID) -> list[Chapter]:
    return [Chapter(row.starts_us / _US, row.title) for row in await tx.all(_Row, _CHAPTERS, broadcast_id)]


async def of_marks(ctx: TenantCtx, tx: Tx, marks: Sequence[Mark]) -> list[Chapter]:
    """What is not sold any more has no name, and no chapter."""
    ids = list(dict.fromkeys(mark.product_id for mark in marks))
    named = {one.id: one.name for one in await products.looked_up(ctx, tx, ids)}
    return [
        Chapter(mark.starts_s, named[mark.product_id][:TITLE_MAX])
        for mark in marks
        if mark.product_id in named
    ]


async def set_chapters(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, wanted: Sequence[Chapter] | None
) -> None:
    """All at once; None: those of the products again. Raises NotFound, Forbidden, Invalid."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    if await tx.execute(_OWN, broadcast_id, wanted is not None) != 1:
        raise NotFound
    rows = {round(one.starts_s * _US): one.title.strip() for one in wanted or ()}
    if rows and max(rows) > int(await tx.value(_LENGTH, broadcast_id)):
        raise Invalid({"chapters": FieldError(N_("A chapter begins after the end."), domain=DOMAIN)})
    if len(rows) < len(wanted or ()):
        raise Invalid({"chapters": FieldError(N_("Two chapters begin at the same time."), domain=DOMAIN)})
    await tx.execute(_CLEAR, broadcast_id)
    await tx.execute_many(_ADD, [(broadcast_id, at, title) for at, title in rows.items()])
    await audit(ctx, tx, "livestream.broadcast.archive_chapters", broadcast, chapters=len(rows))
