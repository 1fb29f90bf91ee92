"""Shops for plugins that write documents: the service ``contracts.shops.ShopSellers``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from nakamise.contracts.shops import ShopSeller, ShopSellers
from nakamise.db import Tx
from nakamise.plugin import TenantCtx

_SELLERS: Final = (
    "SELECT id, slug, name, coalesce(legal ->> 'seller', '') AS seller, invoice_number FROM shop_shop"
    " WHERE cardinality($1::uuid[]) = 0 OR id = ANY($1) ORDER BY name, id"
)


class Sellers(ShopSellers):
    async def sellers(self, tx: Tx, ids: Sequence[uuid.UUID] = ()) -> Mapping[uuid.UUID, ShopSeller]:
        return {row.id: row for row in await tx.all(ShopSeller, _SELLERS, list(ids))}


def sellers(_ctx: TenantCtx) -> ShopSellers:
    """The factory that the manifest names."""
    return Sellers()
