"""What stands in the sheet of products: read from the database, written as CSV."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import BOM, csv_text, local_time
from nakamise_shop import scope
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff.categories import service as categories
from nakamise_shop.staff.products import repository as products_repository
from nakamise_shop.staff.products.schemas import StaffProductFilter
from nakamise_shop.staff.sheets.columns import CHOICES, COLUMNS, OPTIONS, VALUES, label, word
from nakamise_shop.staff.sheets.encodings import to_cp932

Encoding = Literal["utf8", "cp932"]
CHUNK: Final = 200
_ROWS: Final = """
SELECT p.id AS product_id, p.slug AS code, s.slug AS shop, p.name, coalesce(p.translations #>> '{en,name}', '') AS name_en,
       p.description, coalesce(p.translations #>> '{en,description}', '') AS description_en, p.category_id,
       p.tax_class, p.state, p.kind, p.per_order_limit, p.per_person_limit, p.per_person_days, p.sale_from,
       p.sale_until, ARRAY(SELECT o ->> 'name' FROM jsonb_array_elements(p.options) o) AS options,
       v.id AS variant_id, v.state = 'active' AS is_active, v.sku, v.name AS variant,
       coalesce(v.translations #>> '{en,name}', '') AS variant_en, v.option_values, v.price, v.compare_at, k.on_hand,
       k.reserved
FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id
JOIN shop_variant v ON v.product_id = p.id JOIN shop_stock k ON k.variant_id = v.id
"""
_OF_IDS: Final = _ROWS + "WHERE p.id = ANY($1) AND v.state = 'active' ORDER BY p.name, p.id, v.position, v.id"
_OF_KEYS: Final = f"""{_ROWS}
WHERE p.slug = ANY($1) OR p.id IN (SELECT product_id FROM shop_variant WHERE sku = ANY($2))
ORDER BY p.id, v.position, v.id
"""  # noqa: S608 - our own text


class StoredRow(msgspec.Struct, frozen=True, kw_only=True):
    """One variant with its product, as stored."""

    product_id: uuid.UUID
    code: str
    shop: str
    name: str
    name_en: str
    description: str
    description_en: str
    category_id: uuid.UUID | None
    tax_class: str
    state: str
    kind: str
    per_order_limit: int | None
    per_person_limit: int | None
    per_person_days: int | None
    sale_from: datetime | None
    sale_until: datetime | None
    options: list[str]
    variant_id: uuid.UUID
    is_active: bool
    sku: str
    variant: str
    variant_en: str
    option_values: list[str]
    price: int
    compare_at: int | None
    on_hand: int
    reserved: int


async def stored_of(tx: Tx, codes: Sequence[str], skus: Sequence[str]) -> list[StoredRow]:
    """All variants, archived ones too, of the products with one of these codes or SKUs."""
    return await tx.all(StoredRow, _OF_KEYS, list(codes), list(skus))


async def category_paths(tx: Tx) -> dict[uuid.UUID, str]:
    """By id, from the top: ``メイク > リップ``."""
    found: dict[uuid.UUID, str] = {}
    for one in await categories.tree(tx):
        above = f"{found[one.parent_id]} > " if one.parent_id else ""
        found[one.id] = above + one.name
    return found


def values_of(row: StoredRow) -> dict[str, Any]:
    """By column, as stored; the category by its id."""
    plain: dict[str, Any] = msgspec.structs.asdict(row)
    plain["category"] = row.category_id
    for names, texts in ((OPTIONS, row.options), (VALUES, row.option_values)):
        plain |= {name: texts[at] if at < len(texts) else "" for at, name in enumerate(names)}
    return {name: plain[name] for name in COLUMNS}


def cell(ctx: TenantCtx, key: str, value: Any, paths: Mapping[uuid.UUID, str]) -> str | int:
    """A stored value as the file has it."""
    if value is None:
        return ""
    if key == "category":
        return paths.get(value, "")
    if key in CHOICES:
        return word(key, value, ctx.locale)
    if isinstance(value, datetime):
        return f"{local_time(value, ctx.tenant.timezone):%Y-%m-%d %H:%M}"
    return value if isinstance(value, int) else str(value)


async def product_csv(ctx: TenantCtx, wanted: StaffProductFilter, encoding: Encoding) -> AsyncIterator[bytes]:
    """Piece by piece, each read in a transaction of its own; products without variants have no row."""
    async with ctx.read() as tx:
        low_from = ctx.settings(ShopSettings).low_stock_from
        ids = await products_repository.ids_of(tx, wanted, low_from, await scope.shops_of(ctx, tx))
        paths = await category_paths(tx)
    heads = csv_text([[label(key, ctx.locale) for key in COLUMNS]])
    yield _encoded(heads, encoding, is_first=True)
    for at in range(0, len(ids), CHUNK):
        async with ctx.read() as tx:
            rows = await tx.all(StoredRow, _OF_IDS, ids[at : at + CHUNK])
        lines = [[cell(ctx, key, value, paths) for key, value in values_of(row).items()] for row in rows]
        if lines:
            yield _encoded(csv_text(lines), encoding)


def _encoded(text: str, encoding: Encoding, *, is_first: bool = False) -> bytes:
    if encoding == "cp932":
        return to_cp932(text)
    return ((BOM if is_first else "") + text).encode()
