"""When nothing was left of a variant: time in which it was not sold, and which proves no former price.

A row where what is left becomes 0, and one where there is some again. Whoever changes stock holds its row until the
commit, so the rows stand in the order in which it happened; an order that leaves some writes none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_shop.domain.former_price import Gap

_WRITE: Final = (
    "INSERT INTO shop_stock_log (variant_id, sold_out) SELECT id, $2 FROM unnest($1::uuid[]) AS id"
)
_NOTE: Final = """
WITH changed AS (
    SELECT k.variant_id, k.on_hand <= k.reserved AS sold_out
    FROM shop_stock k JOIN shop_variant v ON v.id = k.variant_id JOIN shop_product p ON p.id = v.product_id
    LEFT JOIN LATERAL (
        SELECT l.sold_out FROM shop_stock_log l WHERE l.variant_id = v.id ORDER BY l.at DESC LIMIT 1) last ON true
    WHERE (p.id = ANY($1) OR p.shop_id = $2) AND coalesce(last.sold_out, false) <> (k.on_hand <= k.reserved))
INSERT INTO shop_stock_log (variant_id, sold_out) SELECT variant_id, sold_out FROM changed
"""
# The row that held when the eight weeks began counts too.
_LOG: Final = """
SELECT l.variant_id, l.at, l.sold_out FROM shop_stock_log l
WHERE l.variant_id = ANY($1) AND l.at >= coalesce((
    SELECT max(b.at) FROM shop_stock_log b WHERE b.variant_id = l.variant_id AND b.at <= $2), '-infinity')
ORDER BY l.variant_id, l.at
"""


class _Row(msgspec.Struct, frozen=True):
    variant_id: uuid.UUID
    at: datetime
    sold_out: bool


async def turned(tx: Tx, variant_ids: Sequence[uuid.UUID], *, sold_out: bool) -> None:
    """Of these the last piece was taken just now, or there is one again; their stock is held by ``tx``."""
    if variant_ids:
        await tx.execute(_WRITE, variant_ids, sold_out)


async def note(tx: Tx, product_ids: Sequence[uuid.UUID], shop_id: uuid.UUID | None = None) -> None:
    """Whatever is no longer as it was noted last: of these products, or of all of a shop."""
    await tx.execute(_NOTE, list(product_ids), shop_id)


async def gaps(
    tx: Tx, variant_ids: Iterable[uuid.UUID], since: datetime
) -> Mapping[uuid.UUID, Sequence[Gap]]:
    """When they were sold out, as far as it reaches beyond ``since``; the last one may be open."""
    found: dict[uuid.UUID, list[Gap]] = {}
    for row in await tx.all(_Row, _LOG, list(variant_ids), since):
        known = found.setdefault(row.variant_id, [])
        is_open = bool(known) and known[-1].end is None
        if row.sold_out and not is_open:
            known.append(Gap(row.at, None))
        elif is_open and not row.sold_out:
            known[-1] = Gap(known[-1].start, row.at)
    return found
