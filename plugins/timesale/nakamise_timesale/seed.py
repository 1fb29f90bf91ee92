"""Fills a tenant from its blueprint (``timesale.toml``); running it again changes nothing that people changed.

[[sales]]
slug = "night"               # names it for good
name = "夜のセール"
name_en = "Night sale"       # for who reads English; without it they read the name
from_days = 2                # counted from the day of the filling
from = "20:00"               # wall time of the tenant's zone; without it 00:00, on the first day from now on
until_days = 4               # to the last second of that day
per_person = 2
# or, instead of times: broadcast = "its title"

[[sales.items]]
product = "the product's name"
price = 800                  # or percent = 20
quantity = 5
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import LiveOffers
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_timesale import quiet, repository
from nakamise_timesale.schemas import ItemInput, SaleInput

Row = Mapping[str, Any]


async def seed(ctx: TenantCtx, blueprint: Blueprint) -> None:
    """Raises ValueError for products that the shop does not have."""
    rows = blueprint.data("timesale").get("sales", [])
    if not rows:
        return
    async with ctx.begin() as tx:
        products = {name: id_ for id_, name in (await ctx.service(Catalog).choices(tx)).products}
        for row in rows:
            sale_id = uuid.uuid5(ctx.tenant.id, f"timesale/{row['slug']}")
            if await repository.find(tx, sale_id) is None:
                await _sale(ctx, tx, sale_id, row, products)
        await quiet.wake_after(ctx, tx)


async def _sale(
    ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID, row: Row, products: Mapping[str, uuid.UUID]
) -> None:
    """One of a broadcast that this tenant does not have is left out."""
    broadcast_id = await _broadcast(ctx, tx, row["broadcast"]) if "broadcast" in row else None
    if "broadcast" in row and broadcast_id is None:
        return
    sale = SaleInput(
        name=row["name"],
        name_en=row.get("name_en", ""),
        starts_at=_start(ctx, row),
        ends_at=_day(ctx, row["until_days"], time(23, 59, 59)) if "until_days" in row else None,
        broadcast_id=broadcast_id,
        per_person=row.get("per_person"),
    )
    await repository.insert(tx, sale_id, sale)
    for one in row.get("items", []):
        if one["product"] not in products:
            raise ValueError(f"timesale.toml names {one['product']!r}, which is not sold here")
        terms = {name: one[name] for name in ("price", "percent", "quantity") if name in one}
        await repository.insert_item(
            tx, uuid7(), sale_id, ItemInput(product_id=products[one["product"]], **terms)
        )


async def _broadcast(ctx: TenantCtx, tx: Tx, title: str) -> uuid.UUID | None:
    live = ctx.optional_service(LiveOffers)
    found = await live.choices(tx) if live else []
    return next((one.id for one in found if one.title == title), None)


def _start(ctx: TenantCtx, row: Row) -> datetime | None:
    """What begins today begins now: nothing was lowered before somebody could see it."""
    if "from_days" not in row:
        return None
    if row["from_days"] == 0 and "from" not in row:
        return ctx.now()
    return _day(ctx, row["from_days"], time.fromisoformat(row.get("from", "00:00")))


def _day(ctx: TenantCtx, days: int, at: time) -> datetime:
    zone = ctx.tenant.zone
    return datetime.combine(ctx.now().astimezone(zone).date() + timedelta(days=days), at, tzinfo=zone)
