"""Staff are told why a former price of theirs is not shown to buyers (slot admin.product.section)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.catalog import Doubt
from nakamise.contracts.ui import StaffProductSubject
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.catalog import price_log
from nakamise_shop.staff.text import words

WHY: Final[Mapping[Doubt, str]] = {
    "": N_("Shown to buyers: it was really charged."),
    "never": N_("Not shown: this price was not charged in the last eight weeks."),
    "too_short": N_("Not shown: this price was charged for less than two weeks in all."),
    "too_rarely": N_("Not shown: this price was charged for half of the time on sale or less."),
    "too_long_ago": N_("Not shown: this price was charged more than two weeks ago for the last time."),
}
_COMPARED: Final = """
SELECT id, name, sku, compare_at FROM shop_variant
WHERE product_id = $1 AND state = 'active' AND compare_at IS NOT NULL ORDER BY position, id
"""


class _Row(msgspec.Struct, frozen=True):
    id: uuid.UUID
    name: str
    sku: str
    compare_at: int


async def former_prices(
    ctx: TenantCtx, tx: Tx, subject: msgspec.Struct | None
) -> Mapping[str, object] | None:
    """None for a product without former prices."""
    if not isinstance(subject, StaffProductSubject):
        return None
    rows = await tx.all(_Row, _COMPARED, subject.product_id)
    if not rows:
        return None
    doubts = await price_log.own_doubts(tx, {row.id: row.compare_at for row in rows}, ctx.now())
    _ = words(ctx)
    return {
        "rows": [
            (row.name or row.sku, row.compare_at, not doubts[row.id], _(WHY[doubts[row.id]])) for row in rows
        ]
    }
