"""Tracking numbers in: upload, look, apply. The same file twice changes nothing."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from datetime import date, datetime
from typing import Final

import msgspec

from nakamise.contracts.orders import Orders, OrderView
from nakamise.db import Tx
from nakamise.errors import NotFound, Problem
from nakamise.plugin import TenantCtx
from nakamise_shipping.carriers.reading import read
from nakamise_shipping.slips.repository import set_number
from nakamise_shipping.tracking import repository
from nakamise_shipping.tracking.judging import Judged, Verdict, judge
from nakamise_shipping.tracking.repository import ImportRow

DOMAIN: Final = "shipping"
_DOES: Final = {Verdict.SHIP: "shipped", Verdict.RENUMBER: "renumbered"}


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """``counts`` by verdict, of rows that were not settled yet."""

    found: ImportRow
    rows: list[Judged]
    counts: dict[str, int]

    @property
    def todo(self) -> int:
        return sum(self.counts.get(verdict.value, 0) for verdict in _DOES)


class Applied(msgspec.Struct, frozen=True):
    """Rows by what became of them."""

    shipped: int
    renumbered: int
    refused: int


async def upload(ctx: TenantCtx, tx: Tx, name: str, data: bytes) -> tuple[uuid.UUID, bool]:
    """The import, and whether its content is new. Raises Invalid for a file that cannot be read."""
    digest = hashlib.sha256(data).digest()
    file = read(data)
    return await repository.keep(tx, digest, file.carrier, name[:200], file.rows, ctx.actor.user_id)


async def preview(ctx: TenantCtx, tx: Tx, import_id: uuid.UUID) -> Preview:
    """Raises NotFound."""
    found = await repository.find(tx, import_id)
    if found is None:
        raise NotFound
    rows = await judge(ctx, tx, found.carrier, await repository.rows_of(tx, import_id))
    counts = Counter(row.outcome or row.verdict.value for row in rows)
    return Preview(found=found, rows=rows, counts=dict(counts))


async def apply(ctx: TenantCtx, import_id: uuid.UUID) -> Applied:
    """Each row in a transaction of its own, once, whoever applies it at the same time. Raises NotFound."""
    async with ctx.read() as tx:
        seen = await preview(ctx, tx, import_id)
    done = Counter[str]()
    for row in seen.rows:
        if row.outcome is None and row.verdict in _DOES:
            done[await _apply_row(ctx, seen.found, row)] += 1
    async with ctx.begin() as tx:
        await repository.finish(tx, import_id)
        await ctx.audit(tx, "shipping.tracking_applied", str(import_id), **done)
    return Applied(done["shipped"], done["renumbered"], done["refused"])


async def _apply_row(ctx: TenantCtx, found: ImportRow, seen: Judged) -> str:
    """What became of it; "" when somebody else was faster."""
    try:
        async with ctx.begin() as tx:
            return await _do(ctx, tx, found, seen)
    except Problem:
        async with ctx.begin() as tx:
            await repository.settle(tx, found.id, seen.line, "refused")
        return "refused"


async def _do(ctx: TenantCtx, tx: Tx, found: ImportRow, seen: Judged) -> str:
    """Raises Problem for what is not possible any more."""
    orders = ctx.service(Orders)
    if not await repository.settle(tx, found.id, seen.line, _DOES[seen.verdict]):
        return ""
    now: datetime = await tx.value("SELECT now()")
    for target in sorted(seen.targets, key=lambda one: one.order_id):
        order = await orders.lock(tx, target.order_id)
        if seen.verdict is Verdict.RENUMBER and target.shipment_id:
            await orders.renumber(tx, target.order_id, target.shipment_id, found.carrier, seen.number)
        else:
            await orders.ship(
                tx,
                target.order_id,
                target.lines,
                found.carrier,
                seen.number,
                day_of(ctx, order, seen.shipped_on, now),
            )
    if seen.slip_id:
        await set_number(tx, seen.slip_id, found.carrier, orders.tracking_number(found.carrier, seen.number))
    return _DOES[seen.verdict]


def day_of(ctx: TenantCtx, order: OrderView, told: date | None, now: datetime) -> date | None:
    """The file's day where it can be the day of shipping; a day that was planned only is none: then it is today."""
    zone = ctx.tenant.zone
    first, last = order.placed_at.astimezone(zone).date(), now.astimezone(zone).date()
    return told if told is not None and first <= told <= last else None
