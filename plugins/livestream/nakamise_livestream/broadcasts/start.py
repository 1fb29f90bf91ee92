"""Going on the air."""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg

from nakamise.contracts.live import BroadcastStarted
from nakamise.db import Tx
from nakamise.errors import Conflict, Forbidden, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, preflight, rows
from nakamise_livestream.broadcasts.news import audit, named, tell_state
from nakamise_livestream.broadcasts.schemas import Broadcast, StartInput
from nakamise_livestream.words import DOMAIN

# Held until the end of the transaction: a suspension comes before the start or after it, never between.
_APPROVED: Final = "SELECT 1 FROM livestream_broadcaster WHERE id = $1 AND state = 'approved' FOR UPDATE"
_START: Final = """
UPDATE livestream_broadcast SET state = 'live', started_at = $2, rehearsing_since = NULL, updated_at = $2,
    lost_at = CASE WHEN publishing THEN NULL ELSE $2::timestamptz END, viewers_now = 0, viewers_peak = 0, viewers_total = 0,
    version = version + 1
WHERE id = $1 AND state = 'scheduled'
"""
_ON_AIR: Final = """
SELECT title FROM livestream_broadcast WHERE broadcaster_id = $1 AND id <> $2 AND state IN ('live', 'paused')
"""


async def start(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, given: StartInput | None = None
) -> Broadcast:
    """Also before the announced time. Rehearsal ends with it.

    ``given`` None: a programme starts it by sending.

    Raises NotFound, Forbidden unless the broadcaster is approved, and Conflict: ``wrong_state``, ``on_air`` when
    another broadcast of the same broadcaster is running, or ``not_ready`` when something is in the way that the
    host has not waived.
    """
    before = await access.hosted(ctx, tx, broadcast_id)
    if given is not None and given.check == "passed":
        await preflight.require_ready(ctx, tx, before)
    if await tx.value(_APPROVED, before.broadcaster_id) is None:
        raise Forbidden(access.NOT_APPROVED, code="not_approved", domain=DOMAIN)
    if (title := await tx.value(_ON_AIR, before.broadcaster_id, broadcast_id)) is not None:
        raise _busy(str(title))
    wrong = Conflict(N_("It cannot be started any more."), code="wrong_state", domain=DOMAIN)
    await _go(ctx, tx, broadcast_id, wrong)
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.started", after, check=given.check if given else "programme")
    await ctx.publish(tx, BroadcastStarted(**named(after), at=ctx.now()))
    await tell_state(ctx, tx, after)
    return after


async def _go(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, wrong: Problem) -> None:
    try:
        async with tx.savepoint():
            await tx.must_touch_one(wrong, _START, broadcast_id, ctx.now())
    except asyncpg.UniqueViolationError as error:
        raise _busy("") from error


def _busy(title: str) -> Conflict:
    message = N_("You are on the air already: %(title)s. End that broadcast first.")
    return Conflict(message, code="on_air", domain=DOMAIN, params={"title": title})
