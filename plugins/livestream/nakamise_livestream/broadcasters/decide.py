"""What staff decide about broadcasters."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.contracts.live import BroadcasterDecided
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasters import notices, repository
from nakamise_livestream.broadcasters.schemas import (
    Appointment,
    Broadcaster,
    BroadcasterState,
    StaffFilter,
    StaffPage,
)
from nakamise_livestream.broadcasts.suspend import end_all_of
from nakamise_livestream.people import is_user
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

_MOVE: Final = """
UPDATE livestream_broadcaster SET state = $2, state_reason = $3, decided_at = $4, decided_by_user_id = $5,
    updated_at = $4, version = version + 1
WHERE id = $1 AND state = ANY($6)
"""
_APPOINT: Final = """
INSERT INTO livestream_broadcaster (id, user_id, name, state, agreed_at, applied_at, decided_at, decided_by_user_id)
VALUES ($1, $2, $3, 'approved', $4, $4, $4, $5) ON CONFLICT (user_id) DO NOTHING
"""


async def broadcaster(tx: Tx, broadcaster_id: uuid.UUID) -> Broadcaster:
    """Raises NotFound."""
    found = await repository.find(tx, broadcaster_id)
    if found is None:
        raise NotFound
    return found


async def staff_page(ctx: TenantCtx, tx: Tx, wanted: StaffFilter) -> StaffPage:
    """The latest application first."""
    size = ctx.settings(LivestreamSettings).page_size
    counts = await repository.counts(tx, wanted.q)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    items = await repository.staff_lines(tx, wanted, size)
    return StaffPage(items=items, counts=counts, total=total, page=wanted.page, page_size=size)


async def approve(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> Broadcaster:
    """Also one who was rejected. Raises NotFound, Conflict."""
    return await _decide(ctx, tx, broadcaster_id, BroadcasterState.APPROVED, "", ("pending", "rejected"))


async def reject(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID, reason: str) -> Broadcaster:
    """Raises NotFound, Conflict."""
    return await _decide(ctx, tx, broadcaster_id, BroadcasterState.REJECTED, reason, ("pending",))


async def suspend(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID, reason: str) -> Broadcaster:
    """Ends what is on the air and cancels what is announced. Raises NotFound, Conflict."""
    found = await _decide(ctx, tx, broadcaster_id, BroadcasterState.SUSPENDED, reason, ("approved",))
    await end_all_of(ctx, tx, broadcaster_id, reason)
    return found


async def resume(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> Broadcaster:
    """Raises NotFound, Conflict."""
    return await _decide(ctx, tx, broadcaster_id, BroadcasterState.APPROVED, "", ("suspended",))


async def appoint(ctx: TenantCtx, tx: Tx, given: Appointment) -> Broadcaster:
    """Approved without an application. Raises NotFound, Conflict when the user has applied before."""
    if not await is_user(tx, given.user_id):
        raise NotFound
    id_ = uuid7()
    known = Conflict(N_("This person has applied already."), code="known", domain=DOMAIN)
    values = (id_, given.user_id, given.name, ctx.now(), ctx.actor.user_id)
    await tx.must_touch_one(known, _APPOINT, *values)
    await ctx.audit(tx, "livestream.broadcaster.appointed", str(id_), name=given.name)
    return await _told(ctx, tx, id_)


async def _decide(
    ctx: TenantCtx,
    tx: Tx,
    broadcaster_id: uuid.UUID,
    to: BroadcasterState,
    reason: str,
    sources: Sequence[str],
) -> Broadcaster:
    before = await broadcaster(tx, broadcaster_id)
    wrong = Conflict(N_("Its state does not allow this."), code="wrong_state", domain=DOMAIN)
    values = (broadcaster_id, to, reason, ctx.now(), ctx.actor.user_id, list(sources))
    await tx.must_touch_one(wrong, _MOVE, *values)
    await ctx.audit(
        tx, f"livestream.broadcaster.{to}", str(broadcaster_id), before=before.state, reason=reason
    )
    return await _told(ctx, tx, broadcaster_id)


async def _told(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> Broadcaster:
    found = await broadcaster(tx, broadcaster_id)
    event = BroadcasterDecided(
        broadcaster_id=found.id, user_id=found.user_id, state=found.state, reason=found.state_reason
    )
    await ctx.publish(tx, event)
    await notices.tell_decision(ctx, tx, found)
    return found
