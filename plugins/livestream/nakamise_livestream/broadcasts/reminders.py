"""Who wants to be told before a broadcast starts, and telling them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, minute
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.people import Mailable, mailable, notify
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

_WISH: Final = """
INSERT INTO livestream_reminder (broadcast_id, user_id, created_at) VALUES ($1, $2, $3)
ON CONFLICT (broadcast_id, user_id) DO NOTHING
"""
_UNWISH: Final = "DELETE FROM livestream_reminder WHERE broadcast_id = $1 AND user_id = $2"
_HAS: Final = "SELECT 1 FROM livestream_reminder WHERE broadcast_id = $1 AND user_id = $2"
_COUNT: Final = "SELECT count(*) FROM livestream_reminder WHERE broadcast_id = $1"
_EVERYBODY: Final = "SELECT user_id FROM livestream_reminder WHERE broadcast_id = $1 ORDER BY user_id"
# Claimed by the UPDATE: two workers never write to the same person.
_DUE_VIEWERS: Final = """
UPDATE livestream_reminder m SET sent_at = $1 FROM livestream_broadcast b
WHERE b.id = m.broadcast_id AND b.state = 'scheduled' AND b.scheduled_for > $1 AND b.scheduled_for <= $2 AND m.sent_at IS NULL
RETURNING m.broadcast_id, m.user_id
"""
_DUE_HOSTS: Final = """
UPDATE livestream_broadcast SET host_reminded_at = $1
WHERE state = 'scheduled' AND host_reminded_at IS NULL AND scheduled_for <= $2 RETURNING id
"""


class _Due(msgspec.Struct, frozen=True):
    broadcast_id: uuid.UUID
    user_id: uuid.UUID


async def wish(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, *, on: bool) -> int:
    """The same again changes nothing; how many want to be told now.

    Raises Unauthenticated, NotFound, Conflict for a broadcast that is not announced (any more).
    """
    user_id = ctx.require_user()
    found = await rows.get(tx, broadcast_id)
    if not await access.is_public(tx, found):
        raise NotFound
    if on and found.state is not State.SCHEDULED:
        message = N_("It is too late for a reminder.")
        raise Conflict(message, code="wrong_state", domain=DOMAIN)
    if on:
        await tx.execute(_WISH, broadcast_id, user_id, ctx.now())
    else:
        await tx.execute(_UNWISH, broadcast_id, user_id)
    return int(await tx.value(_COUNT, broadcast_id))


async def has(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> bool:
    """Whether the actor wants to be told."""
    if ctx.actor.user_id is None:
        return False
    return await tx.value(_HAS, broadcast_id, ctx.actor.user_id) is not None


async def remind_due(ctx: TenantCtx) -> None:
    """Viewers who asked for it, and hosts; each once."""
    settings = ctx.settings(LivestreamSettings)
    async with ctx.begin() as tx:
        until = ctx.now() + timedelta(minutes=settings.remind_viewers_minutes)
        for due in await tx.all(_Due, _DUE_VIEWERS, ctx.now(), until):
            broadcast = await rows.get(tx, due.broadcast_id)
            for reader in await mailable(tx, [due.user_id]):
                await _mail_viewer(ctx, tx, reader, broadcast)
    async with ctx.begin() as tx:
        until = ctx.now() + timedelta(minutes=settings.remind_host_minutes)
        for id_ in await tx.values(_DUE_HOSTS, ctx.now(), until):
            broadcast = await rows.get(tx, id_)
            for reader in await mailable(tx, [broadcast.host_id] if broadcast.host_id else []):
                await _mail_host(ctx, tx, reader, broadcast)


async def tell_cancelled(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> None:
    """A mail to everybody who wanted to come."""
    for reader in await mailable(tx, await tx.values(_EVERYBODY, broadcast.id)):
        _ = gettext_for(reader.locale, DOMAIN)
        facts = _facts(ctx, reader, broadcast)
        await notify(
            ctx,
            tx,
            reader,
            subject=_("Cancelled: %(title)s", title=broadcast.title),
            text=_("The broadcast will not take place."),
            facts=[*facts, *([(_("Reason"), broadcast.end_reason)] if broadcast.end_reason else [])],
        )


async def _mail_viewer(ctx: TenantCtx, tx: Tx, reader: Mailable, broadcast: Broadcast) -> None:
    _ = gettext_for(reader.locale, DOMAIN)
    await notify(
        ctx,
        tx,
        reader,
        subject=_("Starts soon: %(title)s", title=broadcast.title),
        text=_("You asked us to tell you before this broadcast starts."),
        facts=_facts(ctx, reader, broadcast),
        action={"label": _("Watch"), "path": broadcast.path},
    )


async def _mail_host(ctx: TenantCtx, tx: Tx, reader: Mailable, broadcast: Broadcast) -> None:
    _ = gettext_for(reader.locale, DOMAIN)
    await notify(
        ctx,
        tx,
        reader,
        subject=_("Time to start: %(title)s", title=broadcast.title),
        text=_("Your broadcast does not start by itself. Open the studio and start it when you are ready."),
        facts=_facts(ctx, reader, broadcast),
        action={"label": _("Open the studio"), "path": f"/livestream/studio/{broadcast.id}"},
    )


def _facts(ctx: TenantCtx, reader: Mailable, broadcast: Broadcast) -> list[tuple[str, str]]:
    _ = gettext_for(reader.locale, DOMAIN)
    facts = [(_("Broadcaster"), broadcast.broadcaster_name)]
    if broadcast.scheduled_for is not None:
        facts.insert(0, (_("Start"), minute(broadcast.scheduled_for, reader.locale, ctx.tenant.timezone)))
    return facts
