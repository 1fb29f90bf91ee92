"""How soon somebody may speak again: one conditional write, so that lines sent at once count one by one.

``next_at`` is when a steady speaker would speak next (the generic cell rate algorithm); a few lines in a burst
run ahead of it.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Forbidden, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.chat.crowd import too_many
from nakamise_livestream.chat.schemas import Mode, Role
from nakamise_livestream.words import DOMAIN

STEADY: Final = timedelta(seconds=2)
BURST: Final = timedelta(seconds=6)
# Moderators answer many people.
BUSY: Final = timedelta(seconds=0.5)
_TAKE: Final = """
INSERT INTO livestream_chatter AS c (broadcast_id, user_id, next_at) VALUES ($1, $2, $3::timestamptz + $4::interval)
ON CONFLICT (broadcast_id, user_id) DO UPDATE SET next_at = greatest(c.next_at, $3) + $4
WHERE NOT c.is_banned AND (c.muted_until IS NULL OR c.muted_until <= $3) AND c.next_at <= $3 + $5::interval
"""
_GIVE_BACK: Final = """
UPDATE livestream_chatter SET next_at = least(next_at, $3) WHERE broadcast_id = $1 AND user_id = $2
"""
_CHATTER: Final = """
SELECT next_at, muted_until, is_banned FROM livestream_chatter WHERE broadcast_id = $1 AND user_id = $2
"""


class Chatter(msgspec.Struct, frozen=True, kw_only=True):
    next_at: datetime
    muted_until: datetime | None
    is_banned: bool

    def is_muted(self, now: datetime) -> bool:
        return self.muted_until is not None and self.muted_until > now


async def chatter(tx: Tx, broadcast_id: uuid.UUID, user_id: uuid.UUID) -> Chatter | None:
    return await tx.first(Chatter, _CHATTER, broadcast_id, user_id)


async def take_turn(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, role: Role, mode: Mode) -> None:
    """Raises TooMany; Forbidden for somebody who was muted or banned."""
    step, ahead = _rhythm(role, mode)
    user_id, now = ctx.require_user(), ctx.now()
    if await tx.execute(_TAKE, broadcast_id, user_id, now, step, ahead) == 1:
        return
    found = await chatter(tx, broadcast_id, user_id)
    if found is not None:
        raise _refusal(found, now, ahead)


async def give_turn_back(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> None:
    """What nobody heard costs no waiting."""
    await tx.execute(_GIVE_BACK, broadcast_id, ctx.require_user(), ctx.now())


def _rhythm(role: Role, mode: Mode) -> tuple[timedelta, timedelta]:
    if role is not Role.VIEWER:
        return BUSY, BURST
    return (timedelta(seconds=mode.slow_s), timedelta()) if mode.slow_s else (STEADY, BURST)


def _refusal(found: Chatter, now: datetime, ahead: timedelta) -> Problem:
    if found.is_banned:
        return Forbidden(N_("You cannot write in this broadcast any more."), code="banned", domain=DOMAIN)
    if found.is_muted(now):
        return Forbidden(N_("You cannot write here for a while."), code="muted", domain=DOMAIN)
    return too_many((found.next_at - ahead - now).total_seconds())
