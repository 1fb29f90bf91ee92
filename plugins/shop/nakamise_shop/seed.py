"""Fills a tenant's shop from its blueprint (`shop.toml`); running it again changes only what the file changed."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from nakamise.contracts.blueprint import Blueprint
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog import price_log
from nakamise_shop.catalog.search import search_text
from nakamise_shop.legal import LABELS, missing_items
from nakamise_shop.on_request import keeping

Row = Mapping[str, Any]

_SHOP: Final = """
INSERT INTO shop_shop (id, slug, name, introduction, translations, state, legal, invoice_number, shipping_fee,
                       free_over, order_number_prefix, opened_at, created_at, picture_id, kept)
VALUES ($1, $2, $3, $4, $5, $13, $6, $7, $8, $9, $10, $11, coalesce($11::timestamptz, now()), $12, $14)
ON CONFLICT (slug) DO UPDATE SET name = excluded.name, introduction = excluded.introduction,
    translations = excluded.translations, kept = shop_shop.kept || excluded.kept,
    legal = excluded.legal - ARRAY(SELECT item || suffix FROM jsonb_object_keys(shop_shop.kept || excluded.kept) item,
        unnest(ARRAY['', '_en']) suffix),
    invoice_number = excluded.invoice_number,
    shipping_fee = excluded.shipping_fee, free_over = excluded.free_over, picture_id = excluded.picture_id
RETURNING id
"""
_STAFF: Final = """
WITH staff AS (SELECT id FROM core_user WHERE email_key = ANY($2))
INSERT INTO shop_people (user_id, shop_id) SELECT id, $1 FROM staff
ON CONFLICT (user_id, shop_id) DO NOTHING
"""
_CATEGORY: Final = """
INSERT INTO shop_category (id, slug, name, translations, parent_id, position, picture_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (slug) DO UPDATE SET name = excluded.name, translations = excluded.translations,
    picture_id = excluded.picture_id
RETURNING id
"""
_PRODUCT: Final = """
INSERT INTO shop_product (id, shop_id, category_id, slug, name, description, translations, tax_class, state, options,
                          specs, badges, per_order_limit, search_text, min_price, max_price, published_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (slug) DO NOTHING
RETURNING id
"""
_VARIANT: Final = """
INSERT INTO shop_variant (id, product_id, shop_id, sku, name, translations, option_values, price, compare_at,
                          picture_id, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
# A demo's past: this price was charged for so many days, until now.
_CHARGED: Final = """
WITH sold AS (
    SELECT v.id, p.tax_class, s.prices_include_tax, s.rounding
    FROM shop_variant v JOIN shop_product p ON p.id = v.product_id JOIN shop_shop s ON s.id = p.shop_id
    WHERE v.id = $1)
INSERT INTO shop_price_log (variant_id, at, price, on_sale, tax_class, prices_include_tax, rounding)
SELECT id, now() - $3::interval, $2, true, tax_class, prices_include_tax, rounding FROM sold
"""


async def seed(ctx: TenantCtx, blueprint: Blueprint) -> None:
    data = blueprint.data("shop")
    await _draw_all(blueprint, data)
    shops = {row["slug"]: await _shop(ctx, blueprint, row) for row in data.get("shops", [])}
    categories: dict[str, uuid.UUID] = {}
    for position, row in enumerate(data.get("categories", [])):
        categories[row["slug"]] = await _category(ctx, blueprint, row, position, categories)
    known = {row["slug"]: row for row in data.get("categories", [])}
    for row in data.get("products", []):
        category = known.get(row.get("category", ""))
        category_id = categories[category["slug"]] if category else None
        await _product(ctx, blueprint, row, shops[row["shop"]], category_id, category)


async def _draw_all(blueprint: Blueprint, data: Row) -> None:
    """All pictures at once; each is then found ready where it is used."""
    single = [
        row["image"] for part in ("shops", "categories") for row in data.get(part, []) if "image" in row
    ]
    many = [path for row in data.get("products", []) for path in row.get("images", [])]
    await asyncio.gather(*(blueprint.picture(path) for path in (*single, *many)))


async def _shop(ctx: TenantCtx, blueprint: Blueprint, row: Row) -> uuid.UUID:
    legal = row.get("legal_notice", {})
    known = {f"{name}{suffix}" for name in LABELS for suffix in ("", "_en")}
    stated = {name: text for name, text in legal.items() if name in known}
    shown, kept = keeping.divided(stated, row.get("on_request", []))
    picture_id = await _picture(blueprint, row.get("image"))
    async with ctx.begin() as tx:
        found = await tx.value(
            _SHOP,
            uuid7(),
            row["slug"],
            row["name"],
            row.get("introduction", ""),
            _translations(row, ("name", "introduction")),
            shown,
            row.get("invoice_registration_number"),
            row.get("shipping_fee", 0),
            row.get("shipping_free_over"),
            row["order_number_prefix"],
            row.get("opened_at"),
            picture_id,
            # With an incomplete legal notice a shop may not open (LC-3.3.2).
            "pending" if missing_items(legal) else "open",
            kept,
        )
        shop_id = uuid.UUID(str(found))
        await tx.execute(_STAFF, shop_id, [email.casefold() for email in row.get("staff", [])])
    return shop_id


async def _category(
    ctx: TenantCtx, blueprint: Blueprint, row: Row, position: int, known: Mapping[str, uuid.UUID]
) -> uuid.UUID:
    picture_id = await _picture(blueprint, row.get("image"))
    async with ctx.begin() as tx:
        found = await tx.value(
            _CATEGORY,
            uuid7(),
            row["slug"],
            row["name"],
            _translations(row, ("name",)),
            known[row["parent"]] if "parent" in row else None,
            position,
            picture_id,
        )
    return uuid.UUID(str(found))


async def _product(
    ctx: TenantCtx,
    blueprint: Blueprint,
    row: Row,
    shop_id: uuid.UUID,
    category_id: uuid.UUID | None,
    category: Row | None,
) -> None:
    """A product that is there already belongs to the shop's staff: it is left alone, stock above all."""
    async with ctx.read() as tx:
        if await tx.value("SELECT id FROM shop_product WHERE slug = $1", row["slug"]):
            return
    pictures = [picture for path in row.get("images", []) if (picture := await _picture(blueprint, path))]
    async with ctx.begin() as tx:
        product_id = await _insert_product(tx, row, shop_id, category_id, category)
        if product_id is None:
            return
        for position, picture in enumerate(pictures):
            await tx.execute(
                "INSERT INTO shop_picture (product_id, media_id, position) VALUES ($1, $2, $3)",
                product_id,
                picture,
                position,
            )
        await _insert_variants(tx, row["variants"], product_id, shop_id, pictures)


async def _insert_product(
    tx: Tx, row: Row, shop_id: uuid.UUID, category_id: uuid.UUID | None, category: Row | None
) -> uuid.UUID | None:
    prices = [variant["price"] for variant in row["variants"]]
    published = bool(row.get("published", True))
    created_at: datetime = row["created_at"]
    found = await tx.value(
        _PRODUCT,
        uuid7(),
        shop_id,
        category_id,
        row["slug"],
        row["name"],
        row.get("description", "").strip(),
        _translations(row, ("name", "description")),
        row.get("tax", "standard"),
        "published" if published else "draft",
        row.get("options", []),
        row.get("specs", []),
        row.get("badges", []),
        row.get("per_order_limit"),
        _search_text(row, category),
        min(prices),
        max(prices),
        row.get("published_at", created_at) if published else None,
        created_at,
    )
    return found if isinstance(found, uuid.UUID) else None


async def _insert_variants(
    tx: Tx, variants: Iterable[Row], product_id: uuid.UUID, shop_id: uuid.UUID, pictures: list[uuid.UUID]
) -> None:
    for position, row in enumerate(variants):
        variant_id = uuid7()
        image = row.get("image")
        await tx.execute(
            _VARIANT,
            variant_id,
            product_id,
            shop_id,
            row["sku"],
            row.get("name", ""),
            _translations(row, ("name",)),
            row.get("options", []),
            row["price"],
            row.get("compare_at"),
            pictures[image] if image is not None and image < len(pictures) else None,
            position,
        )
        await tx.execute(
            "INSERT INTO shop_stock (variant_id, on_hand) VALUES ($1, $2)", variant_id, row.get("stock", 0)
        )
        if days := row.get("compare_days"):
            await tx.execute(_CHARGED, variant_id, row["compare_at"], timedelta(days=days))
        elif days := row.get("charged_days"):
            await tx.execute(_CHARGED, variant_id, row["price"], timedelta(days=days))
    await price_log.note(tx, [product_id])


def _search_text(row: Row, category: Row | None) -> str:
    parts = [row["name"], row.get("name_en", ""), row.get("description", ""), row.get("description_en", "")]
    parts += [f"{variant['sku']} {variant.get('name', '')}" for variant in row["variants"]]
    if category:
        parts += [category["name"], category.get("name_en", "")]
    return search_text(parts)


def _translations(row: Row, fields: Iterable[str]) -> dict[str, dict[str, str]]:
    english = {field: str(row[f"{field}_en"]).strip() for field in fields if row.get(f"{field}_en")}
    return {"en": english} if english else {}


async def _picture(blueprint: Blueprint, path: str | None) -> uuid.UUID | None:
    return uuid.UUID(str(await blueprint.picture(path))) if path else None
