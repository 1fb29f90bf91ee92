"""Broadcasts that come again every week.

The wall time of the tenant's zone stays, through changes of summer time. Each new one is a copy of the newest of
its series (title, text, category, cover, PR label, products, run-sheet), so that a correction lasts.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.announce import announce
from nakamise_livestream.broadcasts.copying import clear_parts, copy_parts
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

_WEEK: Final = timedelta(weeks=1)
_INSERT: Final = """
INSERT INTO livestream_series (id, broadcaster_id, first_at, until_on, created_at) VALUES ($1, $2, $3, $4, $5)
"""
_JOIN: Final = "UPDATE livestream_broadcast SET series_id = $2, series_on = $3 WHERE id = $1"
_RUNNING: Final = """
SELECT s.id FROM livestream_series s
JOIN livestream_broadcaster r ON r.id = s.broadcaster_id AND r.state = 'approved'
WHERE s.is_on ORDER BY s.id
"""
_ONE: Final = "SELECT first_at, until_on FROM livestream_series WHERE id = $1"
_NEWEST: Final = """
SELECT id, series_on FROM livestream_broadcast WHERE series_id = $1 ORDER BY series_on DESC LIMIT 1
"""
# Two workers make one: the pair of series and day is unique.
_COPY: Final = """
INSERT INTO livestream_broadcast (id, broadcaster_id, series_id, series_on, title, description, category_id, cover_id,
    scheduled_for, is_sponsored, sponsor, label_locked, max_minutes, created_at, updated_at)
SELECT $2, broadcaster_id, series_id, $3, title, description, category_id, cover_id, $4, is_sponsored, sponsor,
    label_locked, max_minutes, $5, $5
FROM livestream_broadcast WHERE id = $1
ON CONFLICT (series_id, series_on) DO NOTHING
"""
_LATER: Final = """
SELECT l.id FROM livestream_broadcast b
JOIN livestream_broadcast l ON l.series_id = b.series_id AND l.series_on > b.series_on AND l.state = 'scheduled'
WHERE b.id = $1 ORDER BY l.series_on
"""
_SAME_WORDS: Final = """
UPDATE livestream_broadcast b SET title = s.title, description = s.description, category_id = s.category_id,
    cover_id = s.cover_id, is_sponsored = s.is_sponsored, sponsor = s.sponsor, label_locked = s.label_locked,
    updated_at = $3, version = b.version + 1
FROM livestream_broadcast s WHERE s.id = $1 AND b.id = $2
"""
_STOP: Final = "UPDATE livestream_series SET is_on = false WHERE id = $1 AND is_on"


class _Series(msgspec.Struct, frozen=True):
    first_at: datetime
    until_on: date | None


class _Newest(msgspec.Struct, frozen=True):
    id: uuid.UUID
    series_on: date


def occurrence(first_at: datetime, on: date, zone: ZoneInfo) -> datetime:
    """The moment on day ``on`` of ``zone`` with the wall time of ``first_at``."""
    wall = first_at.astimezone(zone).timetz().replace(tzinfo=None)
    return datetime.combine(on, wall, tzinfo=zone)


async def begin(
    ctx: TenantCtx,
    tx: Tx,
    broadcast_id: uuid.UUID,
    broadcaster_id: uuid.UUID,
    first_at: datetime,
    until: datetime | None,
) -> uuid.UUID:
    """``broadcast_id`` is the first of a new series; the others are made by ``repeat``."""
    id_ = uuid7()
    zone = ctx.tenant.zone
    until_on = until.astimezone(zone).date() if until else None
    await tx.execute(_INSERT, id_, broadcaster_id, first_at, until_on, ctx.now())
    await tx.execute(_JOIN, broadcast_id, id_, first_at.astimezone(zone).date())
    return id_


async def repeat(ctx: TenantCtx) -> None:
    """Make what lies within the announced weeks and is not there yet."""
    async with ctx.read() as tx:
        running = await tx.values(_RUNNING)
    for series_id in running:
        async with ctx.begin() as tx:
            await fill_up(ctx, tx, series_id)


async def fill_up(ctx: TenantCtx, tx: Tx, series_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids of what was made, in their order."""
    made: list[uuid.UUID] = []
    of = await tx.one(_Series, _ONE, series_id)
    horizon = ctx.now() + ctx.settings(LivestreamSettings).weeks_ahead * _WEEK
    while newest := await tx.first(_Newest, _NEWEST, series_id):
        at = _next_after(ctx, of.first_at, newest.series_on)
        on = at.date()
        if at > horizon or (of.until_on is not None and on > of.until_on):
            break
        id_ = uuid7()
        if await tx.execute(_COPY, newest.id, id_, on, at, ctx.now()) != 1:
            break
        await copy_parts(ctx, tx, newest.id, id_)
        made.append(id_)
    for id_ in made:
        await announce(ctx, tx, await rows.get(tx, id_), before=None)
    return made


def _next_after(ctx: TenantCtx, first_at: datetime, on: date) -> datetime:
    """The first occurrence after day ``on`` that is not over yet, in the tenant's zone."""
    while True:
        on += _WEEK
        at = occurrence(first_at, on, ctx.tenant.zone)
        if at > ctx.now():
            return at


async def carry_on(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> int:
    """What ``broadcast_id`` says and shows replaces that of the later ones of its series; how many there were.

    Raises NotFound, Forbidden.
    """
    found = await access.hosted(ctx, tx, broadcast_id)
    later = await tx.values(_LATER, broadcast_id)
    for id_ in later:
        await tx.execute(_SAME_WORDS, broadcast_id, id_, ctx.now())
        await clear_parts(tx, id_)
        await copy_parts(ctx, tx, broadcast_id, id_)
    await audit(ctx, tx, "livestream.broadcast.carried_on", found, count=len(later))
    return len(later)


async def stop(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> None:
    """No more are made of the series that ``broadcast_id`` is of; what is announced stays.

    Raises NotFound, Forbidden, Conflict when it was stopped before.
    """
    found = await access.hosted(ctx, tx, broadcast_id)
    if found.series_id is None:
        raise NotFound
    wrong = Conflict(N_("It does not repeat any more."), code="wrong_state", domain=DOMAIN)
    await tx.must_touch_one(wrong, _STOP, found.series_id)
    await audit(ctx, tx, "livestream.broadcast.series_stopped", found)
