"""The folded text by which a product is found, worked out anew from what is stored."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_shop.catalog.search import search_text

_TEXTS: Final = """
SELECT p.id, p.name, p.description, coalesce(p.translations #>> '{en,name}', '') AS name_en,
       coalesce(p.translations #>> '{en,description}', '') AS description_en,
       coalesce(concat_ws(' ', c.name, c.translations #>> '{en,name}'), '') AS category,
       ARRAY(SELECT concat_ws(' ', v.sku, v.name, v.translations #>> '{en,name}') FROM shop_variant v
             WHERE v.product_id = p.id AND v.state = 'active' ORDER BY v.position, v.id) AS variants
FROM shop_product p LEFT JOIN shop_category c ON c.id = p.category_id
WHERE p.category_id = $1
"""


class _Texts(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    name: str
    description: str
    name_en: str
    description_en: str
    category: str
    variants: list[str]


async def refresh_category(tx: Tx, category_id: uuid.UUID) -> None:
    """Its products are found by its new name."""
    rows = await tx.all(_Texts, _TEXTS, category_id)
    await tx.execute(
        "UPDATE shop_product p SET search_text = o.text"
        " FROM unnest($1::uuid[], $2::text[]) AS o (id, text) WHERE p.id = o.id",
        [row.id for row in rows],
        [_text(row) for row in rows],
    )


def _text(row: _Texts) -> str:
    return search_text(
        [row.name, row.name_en, row.description, row.description_en, row.category, *row.variants]
    )
