"""Tells whoever shows products that prices, stock or what is on sale changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from nakamise.contracts.catalog import CatalogChanged
from nakamise.db import Tx
from nakamise.plugin import TenantCtx

AT_ONCE: Final = 500


async def tell(ctx: TenantCtx, tx: Tx, product_ids: Iterable[uuid.UUID]) -> None:
    """Nothing for no products."""
    ids = sorted(set(product_ids))
    for at in range(0, len(ids), AT_ONCE):
        await ctx.publish(tx, CatalogChanged(product_ids=tuple(ids[at : at + AT_ONCE])))
