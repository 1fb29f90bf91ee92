"""What somebody may have meant whose words found nothing: products whose names share most of the letters' pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

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
_PAIRS_MAX: Final = 32
# Of the newest 2,000. ``search_text`` begins with the names, folded: the letters are compared by the database, while
# this process answers others. Folding may shorten a name, so a letter of what follows may be taken for one of it.
# $1 pairs, $2 so many must be there, $3 how many products
_NEAREST: Final = """
WITH named AS MATERIALIZED (
    SELECT p.id, left(p.search_text, char_length(concat_ws(' ', p.name, p.translations #>> '{en,name}'))) AS name
    FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'
    WHERE p.state = 'published' ORDER BY p.published_at DESC, p.id LIMIT 2000)
SELECT n.id FROM named n
CROSS JOIN LATERAL (SELECT count(*) AS hits FROM unnest($1::text[]) AS pair WHERE strpos(n.name, pair) > 0) found
WHERE found.hits >= $2 ORDER BY found.hits DESC, n.id LIMIT $3
"""


async def suggested(ctx: TenantCtx, tx: Tx, query: str) -> Sequence[ProductCard]:
    """The nearest first; nothing for a query of one letter, or one that is like no name."""
    wanted = sorted(_pairs(query))[:_PAIRS_MAX]
    if not wanted:
        return []
    enough = math.ceil(_ENOUGH * len(wanted))
    ids = await tx.values(_NEAREST, wanted, enough, MOST)
    if not ids:
        return []
    rows = await repository.products_by_id(tx, ids, ctx.locale)
    found = {row.id: card for row, card in zip(rows, await cards(ctx, tx, rows), strict=True)}
    return [found[id_] for id_ in ids if id_ in found]


def _pairs(text: str) -> set[str]:
    """Neighbouring letters of each word, folded."""
    return {word[at : at + 2] for word in fold(text).split() for at in range(len(word) - 1)}
