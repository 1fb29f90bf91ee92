"""What a new broadcaster does first, and how far they are."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.contracts.catalog import Catalog
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasters.schemas import Broadcaster
from nakamise_livestream.words import words

_DONE: Final = """
SELECT count(*) > 0 AS planned,
    coalesce(bool_or(EXISTS (SELECT 1 FROM livestream_product p WHERE p.broadcast_id = b.id)), false) AS with_goods,
    coalesce(bool_or(EXISTS (SELECT 1 FROM livestream_run_item i WHERE i.broadcast_id = b.id)), false) AS with_sheet,
    coalesce(bool_or(b.rehearsing_since IS NOT NULL OR b.started_at IS NOT NULL), false) AS tried
FROM livestream_broadcast b WHERE b.broadcaster_id = $1
"""
_NEXT: Final = """
SELECT id::text FROM livestream_broadcast WHERE broadcaster_id = $1 AND state = 'scheduled'
ORDER BY scheduled_for, id LIMIT 1
"""


class Step(msgspec.Struct, frozen=True):
    """``path``: where it is done."""

    title: str
    is_done: bool
    path: str


class _Done(msgspec.Struct, frozen=True):
    planned: bool
    with_goods: bool
    with_sheet: bool
    tried: bool


async def steps(ctx: TenantCtx, tx: Tx, mine: Broadcaster) -> list[Step]:
    """In the order in which they are taken; the last one is the first rehearsal, or broadcast."""
    _ = words(ctx)
    done = await tx.one(_Done, _DONE, mine.id)
    next_id = await tx.value(_NEXT, mine.id)
    studio = f"/livestream/studio/{next_id}" if next_id else "/livestream/studio/new"
    edit = f"{studio}/edit" if next_id else studio
    found = [
        Step(_(N_("Fill in your profile")), bool(mine.bio and mine.picture), "/livestream/apply"),
        Step(_(N_("Plan a broadcast")), done.planned, "/livestream/studio/new"),
        Step(_(N_("Write a run-sheet")), done.with_sheet, edit),
        Step(_(N_("Check the connection and rehearse")), done.tried, studio),
    ]
    if ctx.optional_service(Catalog) is not None:
        found.insert(2, Step(_(N_("Choose products")), done.with_goods, edit))
    return found
