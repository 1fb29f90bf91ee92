"""Making, changing and announcing a broadcast before it starts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasters.apply import require_approved
from nakamise_livestream.broadcasts import access, rows, series
from nakamise_livestream.broadcasts.announce import announce
from nakamise_livestream.broadcasts.news import audit, tell_state
from nakamise_livestream.broadcasts.schemas import Broadcast, BroadcastChange, BroadcastInput, NewBroadcast
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.words import DOMAIN

_INSERT: Final = """
INSERT INTO livestream_broadcast (id, broadcaster_id, title, description, category_id, scheduled_for, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
"""
_CHANGE: Final = """
UPDATE livestream_broadcast SET title = $3, description = $4, category_id = $5, scheduled_for = $6, updated_at = $7,
    version = version + 1,
    host_reminded_at = CASE WHEN scheduled_for IS DISTINCT FROM $6 THEN NULL ELSE host_reminded_at END
WHERE id = $1 AND version = $2 AND state IN ('scheduled', 'live', 'paused')
"""
_WISHES_AGAIN: Final = (
    "UPDATE livestream_reminder SET sent_at = NULL WHERE broadcast_id = $1 AND sent_at IS NOT NULL"
)
_CATEGORY: Final = "SELECT 1 FROM livestream_category WHERE id = $1 AND is_on"


async def create(ctx: TenantCtx, tx: Tx, given: NewBroadcast) -> Broadcast:
    """By the signed-in broadcaster. Raises Unauthenticated, Forbidden unless approved, Invalid."""
    host = await require_approved(ctx, tx)
    faults = await _faults(ctx, tx, given, before=None)
    if given.weekly and given.scheduled_for is None:
        faults["scheduled_for"] = FieldError(N_("Please say when it takes place first."), domain=DOMAIN)
    if faults:
        raise Invalid(faults)
    id_ = uuid7()
    await tx.execute(
        _INSERT,
        *(id_, host.id, given.title, given.description, given.category_id, given.scheduled_for, ctx.now()),
    )
    if given.weekly and given.scheduled_for is not None:
        await series.begin(ctx, tx, id_, host.id, given.scheduled_for, given.until)
    made = await rows.get(tx, id_, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.created", made, scheduled_for=str(given.scheduled_for or ""))
    await announce(ctx, tx, made, before=None)
    if made.series_id is not None:
        await series.fill_up(ctx, tx, made.series_id)
    return made


async def change(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, given: BroadcastChange) -> Broadcast:
    """While it is on the air only title, description and category.

    Raises NotFound, Forbidden, Invalid, and Conflict: ``stale`` when somebody else changed it, ``wrong_state``
    when it is over.
    """
    before = await access.hosted(ctx, tx, broadcast_id)
    if faults := await _faults(ctx, tx, given, before):
        raise Invalid(faults)
    values = (given.title, given.description, given.category_id, given.scheduled_for, ctx.now())
    if await tx.execute(_CHANGE, broadcast_id, given.version, *values) != 1:
        raise _why_not(before, given)
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(
        ctx,
        tx,
        "livestream.broadcast.changed",
        after,
        was=before.title,
        scheduled_for=str(after.scheduled_for or ""),
    )
    if before.scheduled_for != after.scheduled_for:
        await tx.execute(_WISHES_AGAIN, broadcast_id)
        await announce(ctx, tx, after, before=before.scheduled_for)
    else:
        await tell_state(ctx, tx, after)
    return after


def _why_not(before: Broadcast, given: BroadcastChange) -> Conflict:
    if before.version != given.version:
        message = N_("This was changed elsewhere meanwhile. Please load it again.")
        return Conflict(message, code="stale", domain=DOMAIN)
    return Conflict(N_("Its state does not allow this."), code="wrong_state", domain=DOMAIN)


async def _faults(
    ctx: TenantCtx, tx: Tx, given: BroadcastInput, before: Broadcast | None
) -> dict[str, FieldError]:
    faults: dict[str, FieldError] = {}
    if not given.title.strip():
        faults["title"] = FieldError(N_("Please fill this in."))
    if given.category_id is not None and await tx.value(_CATEGORY, given.category_id) is None:
        known = before is not None and before.category_id == given.category_id
        if not known:
            faults["category_id"] = FieldError(N_("There is no such category."), domain=DOMAIN)
    if fault := _time_fault(ctx, given.scheduled_for, before):
        faults["scheduled_for"] = fault
    return faults


def _time_fault(ctx: TenantCtx, wanted: datetime | None, before: Broadcast | None) -> FieldError | None:
    if before is not None and wanted == before.scheduled_for:
        return None
    if before is not None and before.state is not State.SCHEDULED:
        return FieldError(N_("It has started already."), domain=DOMAIN)
    if wanted is not None and wanted <= ctx.now():
        return FieldError(N_("Please choose a time in the future."), domain=DOMAIN)
    if wanted is None and before is not None:
        return FieldError(N_("It is announced. Cancel it, or choose another time."), domain=DOMAIN)
    return None
