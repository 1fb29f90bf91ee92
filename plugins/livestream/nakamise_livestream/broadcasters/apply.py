"""Applying, and what the applicant may change afterwards."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Forbidden, Invalid
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasters import notices, repository
from nakamise_livestream.broadcasters.decide import approve
from nakamise_livestream.broadcasters.schemas import ApplicationInput, Broadcaster, ProfileInput
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

# A rejected application may be made again, and replaces the one before.
_APPLY: Final = """
INSERT INTO livestream_broadcaster (id, user_id, name, bio, motive, agreed_at, applied_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, bio = excluded.bio, motive = excluded.motive,
    state = 'pending', state_reason = '', agreed_at = excluded.agreed_at, applied_at = excluded.applied_at,
    decided_at = NULL, decided_by_user_id = NULL, updated_at = excluded.updated_at,
    version = livestream_broadcaster.version + 1
WHERE livestream_broadcaster.state = 'rejected'
"""
_CHANGE: Final = """
UPDATE livestream_broadcaster SET name = $3, bio = $4, updated_at = $5, version = version + 1
WHERE id = $1 AND version = $2
"""


async def of_actor(ctx: TenantCtx, tx: Tx) -> Broadcaster | None:
    """The signed-in user as a broadcaster, in any state. Raises Unauthenticated."""
    return await repository.find_of_user(tx, ctx.require_user())


async def apply(ctx: TenantCtx, tx: Tx, given: ApplicationInput) -> Broadcaster:
    """Raises Unauthenticated, Forbidden for an address that is not confirmed, Invalid, and Conflict unless
    this is the first application or the last one was rejected."""
    user_id = ctx.require_verified()
    if not given.agree:
        message = N_("Please agree to the terms for broadcasters.")
        raise Invalid({"agree": FieldError(message, domain=DOMAIN)})
    values = (uuid7(), user_id, given.name, given.bio, given.motive, ctx.now())
    if await tx.execute(_APPLY, *values) != 1:
        raise await _why_not(tx, user_id)
    found = await _own(tx, user_id)
    await ctx.audit(tx, "livestream.broadcaster.applied", str(found.id), name=given.name)
    if ctx.settings(LivestreamSettings).auto_approve:
        return await approve(ctx.as_system(), tx, found.id)
    await notices.tell_staff(ctx, tx, found)
    return found


async def _why_not(tx: Tx, user_id: uuid.UUID) -> Conflict:
    state = (await _own(tx, user_id)).state
    if state == "pending":
        message = N_("Your application is being looked at. You will get a mail.")
        return Conflict(message, code="pending", domain=DOMAIN)
    if state == "suspended":
        message = N_("You are suspended as a broadcaster. Please contact us.")
        return Conflict(message, code="suspended", domain=DOMAIN)
    return Conflict(N_("You are a broadcaster already."), code="approved", domain=DOMAIN)


async def _own(tx: Tx, user_id: uuid.UUID) -> Broadcaster:
    found = await repository.find_of_user(tx, user_id)
    if found is None:
        raise Forbidden(N_("Please apply as a broadcaster first."), code="no_broadcaster", domain=DOMAIN)
    return found


async def require_approved(ctx: TenantCtx, tx: Tx) -> Broadcaster:
    """The signed-in user as an approved broadcaster. Raises Unauthenticated, Forbidden."""
    found = await _own(tx, ctx.require_user())
    if not found.is_approved:
        message = N_("Only approved broadcasters may do this.")
        raise Forbidden(message, code=f"broadcaster_{found.state}", domain=DOMAIN)
    return found


async def change_profile(ctx: TenantCtx, tx: Tx, given: ProfileInput) -> Broadcaster:
    """Raises Unauthenticated, Forbidden, Conflict (code ``stale``)."""
    before = await require_approved(ctx, tx)
    stale = Conflict(
        N_("This was changed elsewhere meanwhile. Please load it again."), code="stale", domain=DOMAIN
    )
    await tx.must_touch_one(stale, _CHANGE, before.id, given.version, given.name, given.bio, ctx.now())
    await ctx.audit(tx, "livestream.broadcaster.changed", str(before.id), name=given.name, was=before.name)
    return await _own(tx, ctx.require_user())
