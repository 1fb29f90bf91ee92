"""Fills a tenant from its blueprint (``livestream.toml``); running it again changes nothing that people changed.

[[categories]]                          [[broadcasts]]            # every week from the next such day on
slug = "lip"                            slug = "friday-lip"       # names it for good
name = "リップ"                          broadcaster = "live@…"
name_en = "Lips"                        title = "…"
                                        weekday = 5               # 1 = Monday
[[broadcasters]]                        time = "20:00"            # of the tenant's zone
email = "live@…"   # of a user          category = "lip"
name = "…"                              image = "art/….svg"
bio = "…"                               products = ["the product's name"]
image = "art/….svg"

Instead of ``weekday`` and ``time``, ``in_minutes``: once, so long after the filling.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.catalog import Catalog, CatalogProduct
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_livestream import seed_past
from nakamise_livestream.broadcasts import rows, series
from nakamise_livestream.broadcasts.announce import announce
from nakamise_livestream.people import find_by_email

Row = Mapping[str, Any]

_CATEGORY: Final = """
INSERT INTO livestream_category (id, slug, name, name_en, position) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (slug) DO NOTHING
"""
_BROADCASTER: Final = """
INSERT INTO livestream_broadcaster (id, user_id, name, bio, picture_id, state, agreed_at, applied_at, decided_at)
VALUES ($1, $2, $3, $4, $5, 'approved', $6, $6, $6) ON CONFLICT (user_id) DO NOTHING
"""
_BROADCAST: Final = """
INSERT INTO livestream_broadcast (id, broadcaster_id, title, description, category_id, cover_id, scheduled_for,
    created_at, updated_at)
SELECT $1, r.id, $3, $4, (SELECT c.id FROM livestream_category c WHERE c.slug = $5), $6, $7, $8, $8
FROM livestream_broadcaster r WHERE r.user_id = $2
ON CONFLICT (id) DO NOTHING
"""
_PRODUCT: Final = """
INSERT INTO livestream_product (broadcast_id, product_id, position) VALUES ($1, $2, $3)
ON CONFLICT (broadcast_id, product_id) DO NOTHING
"""
_RUN_ITEM: Final = """
INSERT INTO livestream_run_item (id, broadcast_id, position, title, product_id) VALUES ($1, $2, $3, $4, $5)
"""


async def seed(ctx: TenantCtx, blueprint: Blueprint) -> None:
    data = blueprint.data("livestream")
    for row in (*data.get("broadcasters", []), *data.get("broadcasts", []), *data.get("past", [])):
        if "image" in row:
            await blueprint.picture(row["image"])
    async with ctx.begin() as tx:
        for position, row in enumerate(data.get("categories", [])):
            name_en = row.get("name_en", "")
            await tx.execute(_CATEGORY, uuid7(), row["slug"], row["name"], name_en, position)
        for row in data.get("broadcasters", []):
            await _broadcaster(ctx, tx, blueprint, row)
        for row in data.get("broadcasts", []):
            await _broadcast(ctx, tx, blueprint, row)
    for row in data.get("past", []):
        await _past(ctx, blueprint, row)


async def _user(tx: Tx, email: str) -> uuid.UUID:
    """Raises ValueError for an address that nobody of the blueprint has."""
    found = await find_by_email(tx, email)
    if found is None:
        raise ValueError(f"livestream.toml names {email!r}, who is no user")
    return found


async def _picture(blueprint: Blueprint, row: Row) -> uuid.UUID | None:
    return uuid.UUID(await blueprint.picture(row["image"])) if "image" in row else None


async def _broadcaster(ctx: TenantCtx, tx: Tx, blueprint: Blueprint, row: Row) -> None:
    user_id = await _user(tx, row["email"])
    picture = await _picture(blueprint, row)
    at = row.get("since") or ctx.now()
    await tx.execute(_BROADCASTER, uuid7(), user_id, row["name"], row.get("bio", ""), picture, at)


async def _broadcast(ctx: TenantCtx, tx: Tx, blueprint: Blueprint, row: Row) -> None:
    id_ = uuid.uuid5(ctx.tenant.id, f"livestream/{row['slug']}")
    first = _first(ctx, row)
    text = (row["title"], row.get("description", ""), row.get("category"))
    cover = await _picture(blueprint, row)
    user_id = await _user(tx, row["broadcaster"])
    if await tx.execute(_BROADCAST, id_, user_id, *text, cover, first, ctx.now()) != 1:
        return
    await _products(ctx, tx, id_, user_id, row.get("products", []))
    made = await rows.get(tx, id_)
    if "weekday" not in row:
        await announce(ctx, tx, made, before=None)
        return
    series_id = await series.begin(ctx, tx, id_, made.broadcaster_id, first, None)
    await announce(ctx, tx, made, before=None)
    await series.fill_up(ctx, tx, series_id)


def _first(ctx: TenantCtx, row: Row) -> datetime:
    """A full minute."""
    if "in_minutes" in row:
        return ctx.now().replace(second=0, microsecond=0) + timedelta(minutes=int(row["in_minutes"]))
    return next_at(ctx, int(row["weekday"]), time.fromisoformat(row["time"]))


def next_at(ctx: TenantCtx, weekday: int, at: time) -> datetime:
    """The next ``weekday`` (1 = Monday) at the wall time ``at`` of the tenant's zone."""
    zone = ctx.tenant.zone
    now = ctx.now().astimezone(zone)
    day = now.date() + timedelta(days=(weekday - now.isoweekday()) % 7)
    found = datetime.combine(day, at, tzinfo=zone)
    return found if found > now else datetime.combine(day + timedelta(weeks=1), at, tzinfo=zone)


async def _past(ctx: TenantCtx, blueprint: Blueprint, row: Row) -> None:
    cover = await _picture(blueprint, row)
    async with ctx.begin() as tx:
        user_id = await _user(tx, row["broadcaster"])
        shown = await _sold(ctx, tx, user_id, row.get("products", []))
        if not await seed_past.took_place(ctx, tx, row, user_id=user_id, cover=cover, shown=shown):
            return
        await _list(tx, seed_past.id_of(ctx, row["slug"]), shown)
    if any(product.picture for product in shown):
        await seed_past.replay(ctx, row, shown)


async def _products(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, user_id: uuid.UUID, names: Sequence[str]
) -> None:
    """In the list and in the run-sheet."""
    shown = await _sold(ctx, tx, user_id, names)
    await _list(tx, broadcast_id, shown)
    for position, product in enumerate(shown):
        await tx.execute(_RUN_ITEM, uuid7(), broadcast_id, position, product.name, product.id)


async def _list(tx: Tx, broadcast_id: uuid.UUID, shown: Sequence[CatalogProduct]) -> None:
    for position, product in enumerate(shown):
        await tx.execute(_PRODUCT, broadcast_id, product.id, position)


async def _sold(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, names: Sequence[str]) -> list[CatalogProduct]:
    """What is not sold here is left out."""
    catalog = ctx.optional_service(Catalog)
    if catalog is None:
        return []
    found = [await catalog.search(tx, user_id, name, 5) for name in names]
    return [
        product for name, some in zip(names, found, strict=True) for product in some if product.name == name
    ]
