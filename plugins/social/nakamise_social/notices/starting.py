"""Telling followers that a broadcast started: once, in batches, and further where a crash interrupted it."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.live import BroadcastStarted, LiveBroadcasters
from nakamise.db import Tx
from nakamise.plugin import Delivery, Job, TenantCtx
from nakamise.web import gettext_for
from nakamise_social.notices.consent import Reader, readers
from nakamise_social.notices.schemas import Params, StartTicket
from nakamise_social.notices.telling import tell
from nakamise_social.settings import SocialSettings
from nakamise_social.words import DOMAIN, STORIES

JOB: Final = "social.tell_start"
BATCH: Final = 200
_BEGIN: Final = """
INSERT INTO social_start (broadcast_id, broadcaster_id, name, title, path, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (broadcast_id) DO NOTHING
"""
# The lock makes a second run of the same job wait, and go on where the first one came to.
_OPEN: Final = """
SELECT broadcast_id, broadcaster_id, name, title, path, told_until FROM social_start
WHERE broadcast_id = $1 AND done_at IS NULL FOR UPDATE
"""
_NEXT: Final = """
SELECT user_id FROM social_follow
WHERE broadcaster_id = $1 AND notify AND ($2::uuid IS NULL OR user_id > $2) ORDER BY user_id LIMIT $3
"""
_ADVANCE: Final = """
UPDATE social_start SET told_until = coalesce($2, told_until), told = told + $3, mailed = mailed + $4,
    done_at = CASE WHEN $5 THEN $6::timestamptz END WHERE broadcast_id = $1
"""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """A broadcast whose followers are being told."""

    broadcast_id: uuid.UUID
    broadcaster_id: uuid.UUID
    name: str
    title: str
    path: str
    told_until: uuid.UUID | None


async def on_started(ctx: TenantCtx, event: BroadcastStarted, _delivery: Delivery) -> None:
    """A start that comes again, because the line dropped, is the same start."""
    values = (event.broadcast_id, event.broadcaster_id, event.broadcaster_name, event.title, event.path)
    async with ctx.begin() as tx:
        if await tx.execute(_BEGIN, *values, event.at) == 1:
            await ctx.enqueue(tx, JOB, StartTicket(event.broadcast_id))


async def tell_followers(ctx: TenantCtx, payload: StartTicket, job: Job) -> None:
    """One batch, and the job for the next one in the same transaction."""
    async with ctx.begin() as tx:
        if not await job.first_time(tx):
            return
        start = await tx.first(Start, _OPEN, payload.broadcast_id)
        if start is None:
            return
        user_ids = await _next(ctx, tx, start)
        told = await _notify(ctx, tx, start, user_ids)
        mailed = await _mail(ctx, tx, start, user_ids)
        is_over = len(user_ids) < BATCH
        last = user_ids[-1] if user_ids else None
        await tx.execute(_ADVANCE, start.broadcast_id, last, told, mailed, is_over, ctx.now())
        if not is_over:
            await ctx.enqueue(tx, JOB, payload)


async def _next(ctx: TenantCtx, tx: Tx, start: Start) -> list[uuid.UUID]:
    """Nobody any more when the broadcaster was suspended meanwhile."""
    known = await ctx.service(LiveBroadcasters).by_id(tx, [start.broadcaster_id])
    if start.broadcaster_id not in known:
        return []
    return await tx.values(_NEXT, start.broadcaster_id, start.told_until, BATCH)


async def _notify(ctx: TenantCtx, tx: Tx, start: Start, user_ids: list[uuid.UUID]) -> int:
    params = Params(name=start.name, title=start.title)
    once = f"started/{start.broadcast_id}"
    return await tell(ctx, tx, user_ids, "live", "started", params, start.path, once)


async def _mail(ctx: TenantCtx, tx: Tx, start: Start, user_ids: list[uuid.UUID]) -> int:
    if not ctx.settings(SocialSettings).mails:
        return 0
    found = await readers(tx, user_ids)
    for reader in found:
        await _mail_one(ctx, tx, start, reader)
    return len(found)


async def _mail_one(ctx: TenantCtx, tx: Tx, start: Start, reader: Reader) -> None:
    _ = gettext_for(reader.locale, DOMAIN)
    subject, _text = STORIES["started"]
    await ctx.send_mail(
        tx,
        "mail/notice",
        reader.email,
        locale=reader.locale,
        unsubscribe=reader.stop_path,
        subject=_(subject, name=start.name),
        paragraphs=[
            start.title,
            _("You get this mail because you follow this broadcaster and asked for mails."),
        ],
        facts=[(_("No more of these mails"), ctx.url(reader.stop_path))],
        action={"label": _("Watch now"), "path": start.path},
    )
