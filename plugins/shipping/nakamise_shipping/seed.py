"""Fills shops' rates from a blueprint (``shipping.toml``), once: what staff changed since stays.

[[shops]]
slug = "honten"
steps = [0, 5000]
zones = [{ name = "沖縄", prefectures = ["沖縄県"], fees = [1650, 1100], days = 3 }, { name = "本州ほか", fees = [550, 0] }]

Prefectures are written in Japanese; a zone without any gets all that are in no other. The rest is as in
``domain.config.ShopShipping``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.shops import ShopSellers
from nakamise.japan import Prefecture
from nakamise.plugin import TenantCtx
from nakamise_shipping.domain.config import ShopShipping
from nakamise_shipping.rates import service

Row = Mapping[str, Any]


async def seed(ctx: TenantCtx, blueprint: Blueprint) -> None:
    """Raises ValueError for a shop that is none, and for what is no ``ShopShipping``."""
    rows = {row["slug"]: config_of(row) for row in blueprint.data("shipping").get("shops", [])}
    async with ctx.begin() as tx:
        known = {one.slug: one.id for one in (await ctx.service(ShopSellers).sellers(tx)).values()}
        if strange := rows.keys() - known.keys():
            raise ValueError(f"shipping.toml names {sorted(strange)}, which are no shops")
        for slug, config in rows.items():
            if (await service.shop(ctx, tx, known[slug])).version == 0:
                await service.change(ctx, tx, known[slug], 0, config)


def config_of(row: Row) -> ShopShipping:
    """Raises ValueError (msgspec.ValidationError is one)."""
    rest = {name: value for name, value in row.items() if name != "slug"}
    return msgspec.convert(rest | {"zones": _zones(row.get("zones", []))}, ShopShipping)


def _zones(zones: Sequence[Row]) -> list[dict[str, Any]]:
    named = [[Prefecture.from_ja(name).value for name in zone.get("prefectures", [])] for zone in zones]
    taken = {code for codes in named for code in codes}
    others = [one.value for one in Prefecture if one.value not in taken]
    return [{**zone, "prefectures": codes or others} for zone, codes in zip(zones, named, strict=True)]
