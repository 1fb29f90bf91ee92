"""Shops as staff see them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_shop.on_request.keeping import KEPT_ITEMS, WHOLE, divided
from nakamise_shop.orders.status import SOLD
from nakamise_shop.scope import Shops
from nakamise_shop.staff.shops.schemas import ShopInput, StaffShop, StaffShopLine

# The only thing put into the text is a constant.
_LINES: Final = f"""
SELECT s.id, s.slug, s.name, s.state, s.opened_at,
       (SELECT count(*) FROM shop_product p WHERE p.shop_id = s.id AND p.state = 'published')::int
           AS product_count,
       coalesce(sold.order_count, 0)::int AS order_count, coalesce(sold.sales, 0)::bigint AS sales
FROM shop_shop s
LEFT JOIN (SELECT o.shop_id, count(*) AS order_count, sum(o.total) AS sales
           FROM shop_order o WHERE {SOLD} GROUP BY o.shop_id) sold ON sold.shop_id = s.id
WHERE $1::uuid[] IS NULL OR s.id = ANY($1)
ORDER BY s.state <> 'applied', s.created_at, s.slug
"""  # noqa: S608
# Versions before the reason suspend and open shops without it while they are replaced.
_SHOP: Final = f"""
SELECT id, slug, state, CASE WHEN state IN ('rejected', 'suspended') THEN coalesce(nullif(state_reason, ''), '-')
       ELSE '' END AS state_reason, applied_at, version, name, coalesce(translations #>> '{{en,name}}', '') AS name_en, introduction,
       coalesce(translations #>> '{{en,introduction}}', '') AS introduction_en, {WHOLE} AS legal, {KEPT_ITEMS} AS on_request,
       invoice_number, rounding,
       prices_include_tax, shipping_fee, free_over, order_number_prefix, opened_at, updated_at
FROM shop_shop WHERE id = $1
"""  # noqa: S608 (our own text)
_UPDATE: Final = """
UPDATE shop_shop SET name = $3, introduction = $4, translations = $5, legal = $6, invoice_number = $7,
    rounding = $8, shipping_fee = $9, free_over = $10, prices_include_tax = coalesce($11, prices_include_tax),
    kept = $12, updated_at = now(), version = version + 1
WHERE id = $1 AND version = $2
"""


class ShopAct(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the shop's history; ``items`` names the fields that changed, ``reason`` is why it was decided."""

    at: datetime
    actor_name: str
    act: str
    items: list[str]
    reason: str


async def shop_lines(tx: Tx, shops: Shops) -> list[StaffShopLine]:
    return await tx.all(StaffShopLine, _LINES, shops)


class ShopNotice(msgspec.Struct, frozen=True):
    """The legal notice of an open shop."""

    id: uuid.UUID
    legal: dict[str, str]


async def open_notices(tx: Tx) -> list[ShopNotice]:
    return await tx.all(ShopNotice, f"SELECT id, {WHOLE} AS legal FROM shop_shop WHERE state = 'open'")  # noqa: S608


async def find(tx: Tx, shop_id: uuid.UUID) -> StaffShop | None:
    return await tx.first(StaffShop, _SHOP, shop_id)


async def update(tx: Tx, shop_id: uuid.UUID, given: ShopInput, invoice_number: str | None) -> bool:
    """False when ``given.version`` is no longer the newest. ``given.on_request`` is decided by now."""
    shown, kept = divided(given.legal, given.on_request or [])
    english = {"name": given.name_en, "introduction": given.introduction_en}
    translations = {name: text for name, text in english.items() if text}
    touched = await tx.execute(
        _UPDATE,
        shop_id,
        given.version,
        given.name,
        given.introduction,
        {"en": translations} if translations else {},
        shown,
        invoice_number,
        given.rounding.value,
        given.shipping_fee,
        given.free_over,
        given.price_input == "gross" if given.price_input else None,
        kept,
    )
    return touched == 1


async def history_of(tx: Tx, shop_id: uuid.UUID, limit: int) -> list[ShopAct]:
    """The newest first."""
    return await tx.all(
        ShopAct,
        "SELECT at, actor_name, act, coalesce(detail -> 'items', '[]') AS items,"
        " coalesce(detail ->> 'reason', '') AS reason FROM core_audit"
        " WHERE subject = $1 AND act LIKE 'shop.shop.%' ORDER BY at DESC, id DESC LIMIT $2",
        str(shop_id),
        limit,
    )


async def lock(tx: Tx, shop_id: uuid.UUID) -> None:
    """Until the transaction ends."""
    await tx.execute("SELECT FROM shop_shop WHERE id = $1 FOR UPDATE", shop_id)


async def published(tx: Tx, shop_id: uuid.UUID) -> list[uuid.UUID]:
    """Its products that buyers find while it is open."""
    return await tx.values("SELECT id FROM shop_product WHERE shop_id = $1 AND state = 'published'", shop_id)
