"""What somebody may have meant whose words found nothing: products whose names share most of the letters' pairs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.japan import fold
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog import repository
from nakamise_shop.catalog.schemas import ProductCard
from nakamise_shop.catalog.service import cards

MOST: Final = 4
# Of the pairs of neighbouring letters that were typed, so many are in the name too: one wrong letter of four spoils
# two pairs of three.
_ENOUGH: Final = 0.34
_LOOKED_AT: Final = 2000
# $1 how many
_NAMES: Final = """
SELECT p.id, concat_ws(' ', p.name, p.translations #>> '{en,name}') AS name
FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'
WHERE p.state = 'published' ORDER BY p.published_at DESC, p.id LIMIT $1
"""


class _Named(msgspec.Struct, frozen=True):
    id: uuid.UUID
    name: str


async def suggested(ctx: TenantCtx, tx: Tx, query: str) -> Sequence[ProductCard]:
    """The nearest first; nothing for a query of one letter, or one that is like no name."""
    wanted = _pairs(query)
    if not wanted:
        return []
    rated = [
        (len(wanted & _pairs(one.name)) / len(wanted), one.id)
        for one in await tx.all(_Named, _NAMES, _LOOKED_AT)
    ]
    best = sorted((pair for pair in rated if pair[0] >= _ENOUGH), key=lambda pair: (-pair[0], pair[1]))
    ids = [id_ for _, id_ in best[:MOST]]
    if not ids:
        return []
    rows = await repository.products_by_id(tx, ids, ctx.locale)
    found = {row.id: card for row, card in zip(rows, await cards(ctx, tx, rows), strict=True)}
    return [found[id_] for id_ in ids if id_ in found]


def _pairs(text: str) -> set[str]:
    """Neighbouring letters of each word, folded."""
    return {word[at : at + 2] for word in fold(text).split() for at in range(len(word) - 1)}
