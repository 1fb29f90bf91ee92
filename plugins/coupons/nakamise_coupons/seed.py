"""Fills a tenant from its blueprint (``coupons.toml``); running it again changes nothing that people changed.

[[coupons]]
code = "AKI"                 # without it and with batch = 40: so many codes that count once
name = "秋の割引"             # names a batch for good
name_en = "Autumn discount"  # for who reads English; without it they read the name
kind = "percent"             # or fixed, free_shipping
percent = 10                 # and the other fields of a coupon: amount, cap, min_goods, total_limit, user_limit,
                             # first_order_only, bearer
public = true
from_days = -7               # from the first second of that day, counted from the day of the filling
until_days = 14              # to the last second of that day
products = ["the product's name"]
categories = ["the category's name"]
broadcast = "its title"
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

import msgspec

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.catalog import Catalog, CatalogChoices
from nakamise.contracts.live import LiveOffers
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_coupons import service
from nakamise_coupons.domain import codes
from nakamise_coupons.schemas import NewCoupon

Row = Mapping[str, Any]
_AS_IT_IS: Final = (
    *(
        "code",
        "name",
        "name_en",
        "kind",
        "percent",
        "amount",
        "cap",
        "min_goods",
        "total_limit",
        "user_limit",
    ),
    *("first_order_only", "bearer", "batch"),
)
_KNOWN: Final = """
SELECT EXISTS (SELECT 1 FROM coupons_code WHERE code = $1)
    OR $1 = '' AND EXISTS (SELECT 1 FROM coupons_coupon WHERE is_batch AND name = $2)
"""


async def seed(ctx: TenantCtx, blueprint: Blueprint) -> None:
    """Raises ValueError for products and categories that the shop does not have."""
    rows = blueprint.data("coupons").get("coupons", [])
    if not rows:
        return
    async with ctx.begin() as tx:
        choices = await ctx.service(Catalog).choices(tx)
        for row in rows:
            if not await tx.value(_KNOWN, codes.normal(row.get("code", "")), row["name"]):
                await _coupon(ctx, tx, row, choices)


async def _coupon(ctx: TenantCtx, tx: Tx, row: Row, choices: CatalogChoices) -> None:
    """One of a broadcast that this tenant does not have is left out."""
    broadcast_id = await _broadcast(ctx, tx, row["broadcast"]) if "broadcast" in row else None
    if "broadcast" in row and broadcast_id is None:
        return
    plain = {name: row[name] for name in _AS_IT_IS if name in row} | {
        "is_public": row.get("public", False),
        "starts_at": _day(ctx, row.get("from_days"), time.min),
        "ends_at": _day(ctx, row.get("until_days"), time(23, 59, 59)),
        "broadcast_id": broadcast_id,
        "product_ids": _named(row.get("products", []), choices.products),
        "category_ids": _named(row.get("categories", []), choices.categories),
    }
    await service.create(ctx, tx, msgspec.convert(plain, NewCoupon))


async def _broadcast(ctx: TenantCtx, tx: Tx, title: str) -> uuid.UUID | None:
    live = ctx.optional_service(LiveOffers)
    found = await live.choices(tx) if live else []
    return next((one.id for one in found if one.title == title), None)


def _day(ctx: TenantCtx, days: int | None, at: time) -> datetime | None:
    if days is None:
        return None
    zone = ctx.tenant.zone
    return datetime.combine(ctx.now().astimezone(zone).date() + timedelta(days=days), at, tzinfo=zone)


def _named(names: Sequence[str], known: Sequence[tuple[uuid.UUID, str]]) -> list[uuid.UUID]:
    ids = {name: id_ for id_, name in known}
    if missing := [name for name in names if name not in ids]:
        raise ValueError(f"coupons.toml names {missing[0]!r}, which is not sold here")
    return [ids[name] for name in names]
