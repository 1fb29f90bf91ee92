"""The PR label: viewers are told all the time that a broadcast is advertising, and it is on record since when.

Source of the duty: 不当景品類及び不当表示防止法 第5条第3号, 令和5年内閣府告示第19号 (ステマ告示).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.news import audit, tell_state
from nakamise_livestream.broadcasts.schemas import Broadcast, LabelInput, StaffLabelInput
from nakamise_livestream.rights import MANAGE
from nakamise_livestream.words import DOMAIN

# A host may say more about a locked label, and cannot take it off.
_SET: Final = """
UPDATE livestream_broadcast SET is_sponsored = $2, sponsor = $3, label_locked = coalesce($4, label_locked),
    updated_at = $5, version = version + 1
WHERE id = $1 AND ($2 OR NOT label_locked OR $4 IS FALSE)
"""
_LOG: Final = """
INSERT INTO livestream_label_log (id, broadcast_id, is_sponsored, sponsor, is_locked, at) VALUES ($1, $2, $3, $4, $5, $6)
"""
_STORY: Final = """
SELECT is_sponsored, sponsor, is_locked, at FROM livestream_label_log WHERE broadcast_id = $1 ORDER BY at, id
"""


class LabelNote(msgspec.Struct, frozen=True, kw_only=True):
    """How the label was from ``at`` on."""

    is_sponsored: bool
    sponsor: str
    is_locked: bool
    at: datetime


async def set_label(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, given: LabelInput) -> Broadcast:
    """By the host, at any time. Raises NotFound, Forbidden, Conflict when staff locked the label."""
    before = await access.hosted(ctx, tx, broadcast_id)
    return await _set(ctx, tx, before, given, locked=None)


async def assign(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, given: StaffLabelInput) -> Broadcast:
    """By staff, who may lock it. Raises Forbidden, NotFound."""
    ctx.require(MANAGE)
    before = await rows.get(tx, broadcast_id, ctx.locale)
    return await _set(ctx, tx, before, given, locked=given.locked and given.is_sponsored)


async def _set(
    ctx: TenantCtx, tx: Tx, before: Broadcast, given: LabelInput, *, locked: bool | None
) -> Broadcast:
    sponsor = given.sponsor if given.is_sponsored else ""
    message = N_("This broadcast must carry the PR label.")
    refused = Conflict(message, code="label_locked", domain=DOMAIN)
    await tx.must_touch_one(refused, _SET, before.id, given.is_sponsored, sponsor, locked, ctx.now())
    after = await rows.get(tx, before.id, ctx.locale)
    values = (uuid7(), after.id, after.is_sponsored, after.sponsor, after.label_locked, ctx.now())
    await tx.execute(_LOG, *values)
    await audit(
        ctx,
        tx,
        "livestream.broadcast.label",
        after,
        on=after.is_sponsored,
        sponsor=sponsor,
        locked=after.label_locked,
    )
    await tell_state(ctx, tx, after)
    return after


async def story(tx: Tx, broadcast_id: uuid.UUID) -> list[LabelNote]:
    """The whole record, oldest first."""
    return await tx.all(LabelNote, _STORY, broadcast_id)
