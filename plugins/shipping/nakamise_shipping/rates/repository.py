"""SQL of shops' settings and of the temperature and measures of goods."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from nakamise.db import Tx
from nakamise_shipping.domain.config import ShopShipping, Temperature
from nakamise_shipping.domain.sizes import Measure


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    shop_id: uuid.UUID
    version: int
    config: ShopShipping


class _Cold(msgspec.Struct, frozen=True):
    product_id: uuid.UUID
    temperature: Temperature


class _Measured(msgspec.Struct, frozen=True):
    variant_id: uuid.UUID
    cm: int | None
    grams: int | None


async def stored(tx: Tx, shop_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Stored]:
    """By shop; a shop that has set nothing is missing."""
    rows = await tx.all(
        Stored,
        "SELECT shop_id, version, config FROM shipping_shop WHERE shop_id = ANY($1)",
        list(shop_ids),
    )
    return {row.shop_id: row for row in rows}


async def remove(tx: Tx, shop_id: uuid.UUID) -> int:
    return await tx.execute("DELETE FROM shipping_shop WHERE shop_id = $1", shop_id)


async def temperatures(tx: Tx, product_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Temperature]:
    """Of those that must be kept cold."""
    rows = await tx.all(
        _Cold,
        "SELECT product_id, temperature FROM shipping_product WHERE product_id = ANY($1)",
        list(product_ids),
    )
    return {row.product_id: row.temperature for row in rows}


async def set_temperature(tx: Tx, product_id: uuid.UUID, temperature: Temperature) -> None:
    if temperature is Temperature.NORMAL:
        await tx.execute("DELETE FROM shipping_product WHERE product_id = $1", product_id)
        return
    await tx.execute(
        "INSERT INTO shipping_product (product_id, temperature) VALUES ($1, $2)"
        " ON CONFLICT (product_id) DO UPDATE SET temperature = excluded.temperature",
        *(product_id, temperature.value),
    )


async def measures(tx: Tx, variant_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Measure]:
    """Of those that somebody measured."""
    rows = await tx.all(
        _Measured,
        "SELECT variant_id, cm, grams FROM shipping_variant WHERE variant_id = ANY($1)",
        list(variant_ids),
    )
    return {row.variant_id: Measure(row.cm, row.grams) for row in rows}


async def set_measures(tx: Tx, product_id: uuid.UUID, found: Mapping[uuid.UUID, Measure]) -> None:
    """All of the product's; what is missing or unknown is unmeasured afterwards."""
    await tx.execute("DELETE FROM shipping_variant WHERE product_id = $1", product_id)
    await tx.execute_many(
        "INSERT INTO shipping_variant (variant_id, product_id, cm, grams) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (variant_id) DO UPDATE SET product_id = excluded.product_id, cm = excluded.cm,"
        " grams = excluded.grams",
        [
            (variant_id, product_id, one.cm, one.grams)
            for variant_id, one in sorted(found.items())
            if one != Measure()
        ],
    )
