"""What broadcasts brought of the period's sales, and how people went from watching to paying."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from nakamise.contracts.live import AttributedSale, BroadcastAudience, LiveSales
from nakamise.contracts.sales import Sales
from nakamise.contracts.ui import Period
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_analytics.schemas import SoldLive, Step

# An order may be paid some time after it was placed: convenience stores give days.
_PLACED_BEFORE: Final = timedelta(days=31)
STEPS: Final = (
    N_("Watched"),
    N_("Tapped a product"),
    N_("Put it into the cart"),
    N_("Ordered"),
    N_("Paid"),
)


async def sold_live(ctx: TenantCtx, tx: Tx, period: Period) -> tuple[list[SoldLive], list[SoldLive]]:
    """(broadcasts, broadcasters), the best first; both empty where nobody broadcasts."""
    service = ctx.optional_service(LiveSales)
    if service is None:
        return [], []
    zone = ctx.tenant.zone
    since = datetime.combine(period.first, time(), zone)
    until = datetime.combine(period.last + timedelta(days=1), time(), zone)
    rows = await service.sales(tx, since - _PLACED_BEFORE, until)
    paid = await ctx.service(Sales).paid(tx, list({row.order_id for row in rows}))
    counted = [row for row in rows if row.order_id in paid and since <= paid[row.order_id] < until]
    ids = sorted({row.broadcast_id for row in counted}, key=str)
    people = {one.broadcast_id: one for one in await service.audiences(tx, ids)}
    payers = await _payers(ctx, tx, await service.sales_in(tx, ids))
    broadcasts = _summed((row.broadcast_id, row.title, row.broadcaster_name, row) for row in counted)
    broadcasters = _summed((row.broadcaster_id, row.broadcaster_name, "", row) for row in counted)
    return [_with_funnel(one, people, payers) for one in broadcasts], broadcasters


async def _payers(ctx: TenantCtx, tx: Tx, rows: Sequence[AttributedSale]) -> Mapping[uuid.UUID, int]:
    """Of everybody who ordered in these broadcasts, whenever, how many paid."""
    paid = await ctx.service(Sales).paid(tx, list({row.order_id for row in rows}))
    who: dict[uuid.UUID, set[str]] = defaultdict(set)
    for row in rows:
        if row.visitor and row.order_id in paid:
            who[row.broadcast_id].add(row.visitor)
    return {broadcast_id: len(visitors) for broadcast_id, visitors in who.items()}


def _summed(rows: Iterable[tuple[uuid.UUID, str, str, AttributedSale]]) -> list[SoldLive]:
    names: dict[uuid.UUID, tuple[str, str]] = {}
    groups: dict[uuid.UUID, list[AttributedSale]] = defaultdict(list)
    for id_, name, by, row in rows:
        names[id_] = (name, by)
        groups[id_].append(row)
    sold = [
        SoldLive(
            id=id_,
            name=names[id_][0],
            by=names[id_][1],
            orders=len({row.order_id for row in of}),
            units=sum(row.quantity for row in of),
            sales=sum(row.amount for row in of),
        )
        for id_, of in groups.items()
    ]
    return sorted(sold, key=lambda one: (-one.sales, one.name, str(one.id)))


def _with_funnel(
    one: SoldLive, people: Mapping[uuid.UUID, BroadcastAudience], payers: Mapping[uuid.UUID, int]
) -> SoldLive:
    seen = people.get(one.id)
    if seen is None:
        return one
    counts = (seen.viewers, seen.tapped, seen.carted, seen.ordered, payers.get(one.id, 0))
    return SoldLive(
        id=one.id, name=one.name, by=one.by, orders=one.orders, units=one.units, sales=one.sales,
        funnel=funnel(counts),
    )  # fmt: skip


def funnel(counts: Sequence[int]) -> list[Step]:
    """``counts`` of ``STEPS``, each of people who took the step before too (``contracts.live``): shown as they are."""
    befores = (counts[0], *counts)
    return [
        Step(
            name=name,
            people=people,
            permille=people * 1000 // before if before else 1000 if place == 0 else 0,
        )
        for place, (name, people, before) in enumerate(zip(STEPS, counts, befores, strict=False))
    ]
