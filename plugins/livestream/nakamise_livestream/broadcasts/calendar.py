"""Broadcasts by day: what is announced and what took place, for everybody."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts.lists import CARD
from nakamise_livestream.broadcasts.schemas import Card

_MONTH: Final = f"""
{CARD} WHERE r.state = 'approved' AND ($2::uuid IS NULL OR b.broadcaster_id = $2)
AND coalesce(b.started_at, b.scheduled_for) >= $3 AND coalesce(b.started_at, b.scheduled_for) < $4
AND b.state IN ('scheduled', 'live', 'paused', 'ended')
ORDER BY coalesce(b.started_at, b.scheduled_for), b.id LIMIT 500
"""


class CalendarFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``month``: ``YYYY-MM``, None = this one."""

    month: Annotated[str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = None
    broadcaster: uuid.UUID | None = None


class Day(msgspec.Struct, frozen=True):
    """A day of the tenant's zone; a broadcast over midnight stands on the day it began."""

    on: date
    items: list[Card]


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """``days`` are all days of the month; ``before`` and ``after`` are the months beside it."""

    first: date
    days: list[Day]
    before: str
    after: str

    @property
    def has_any(self) -> bool:
        return any(day.items for day in self.days)


async def month(ctx: TenantCtx, tx: Tx, wanted: CalendarFilter) -> Month:
    first = _first(ctx, wanted)
    following = (first + timedelta(days=31)).replace(day=1)
    zone = ctx.tenant.zone
    start, end = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in (first, following))
    found = await tx.all(Card, _MONTH, ctx.locale, wanted.broadcaster, start, end)
    days = [Day(first + timedelta(days=n), []) for n in range((following - first).days)]
    for card in found:
        days[moment_of(card).astimezone(zone).day - 1].items.append(card)
    return Month(
        first=first,
        days=days,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{following:%Y-%m}",
    )


def moment_of(card: Card) -> datetime:
    """When it began, or will begin. Raises ValueError for one that was never announced."""
    moment = card.started_at or card.scheduled_for
    if moment is None:
        raise ValueError(f"broadcast {card.id} has no time")
    return moment


def _first(ctx: TenantCtx, wanted: CalendarFilter) -> date:
    if wanted.month is None:
        return ctx.now().astimezone(ctx.tenant.zone).date().replace(day=1)
    year, number = wanted.month.split("-")
    # Year 0 and the last month of year 9999 are no dates that a calendar can go on from.
    return date(min(max(int(year), 1970), 9998), int(number), 1)
