"""Shops for plugins that write documents: the service ``contracts.shops.ShopSellers``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.shops import ShopSeller, ShopSellers
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop import scope
from nakamise_shop.legal import MAY_BE_ASKED_FOR, is_on_request

_SELLERS: Final = (
    "SELECT id, slug, name, invoice_number, coalesce(legal ->> 'seller', '') AS seller,"
    " coalesce(legal ->> 'address', '') AS address, coalesce(legal ->> 'phone', '') AS phone FROM shop_shop"
    " WHERE CASE WHEN cardinality($1::uuid[]) = 0 THEN $2::uuid[] IS NULL OR id = ANY($2) ELSE id = ANY($1) END"
    " ORDER BY name, id"
)


class Sellers(ShopSellers):
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def sellers(self, tx: Tx, ids: Sequence[uuid.UUID] = ()) -> Mapping[uuid.UUID, ShopSeller]:
        own = None if ids else await scope.shops_of(self._ctx, tx)
        return {row.id: _stated(row) for row in await tx.all(ShopSeller, _SELLERS, list(ids), own)}

    async def of_staff(self, tx: Tx) -> Sequence[uuid.UUID] | None:
        return await scope.shops_of(self._ctx, tx)

    async def check(self, tx: Tx, shop_id: uuid.UUID) -> None:
        await scope.check_shop(self._ctx, tx, shop_id)


def _stated(row: ShopSeller) -> ShopSeller:
    """Without what the notice keeps for those who ask."""
    kept = {name: "" for name in MAY_BE_ASKED_FOR if is_on_request(name, getattr(row, name))}
    return msgspec.structs.replace(row, **kept)


def sellers(ctx: TenantCtx) -> ShopSellers:
    """The factory that the manifest names."""
    return Sellers(ctx)
