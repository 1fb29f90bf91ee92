"""Tells whoever shows products that prices, stock or what is on sale changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from nakamise.contracts.catalog import CatalogChanged
from nakamise.db import Tx
from nakamise.plugin import TenantCtx


async def tell(ctx: TenantCtx, tx: Tx, product_ids: Iterable[uuid.UUID]) -> None:
    """Nothing for no products."""
    if ids := tuple(sorted(set(product_ids))):
        await ctx.publish(tx, CatalogChanged(product_ids=ids))
