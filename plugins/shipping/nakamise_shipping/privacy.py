"""What a person may ask for: a copy of their wishes, and to be forgotten."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx

_MINE: Final = (
    "SELECT order_id, day, hours_label, wrapping_label, wrapping_label_en, noshi, noshi_en, noshi_name, card FROM shipping_order"
    " WHERE buyer_id = $1 ORDER BY placed_at, order_id"
)


class WishCopy(msgspec.Struct, frozen=True):
    order_id: uuid.UUID
    day: date | None
    hours_label: str
    wrapping_label: str
    wrapping_label_en: str
    noshi: str
    noshi_en: str
    noshi_name: str
    card: str


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> list[WishCopy] | None:
    return await tx.all(WishCopy, _MINE, user_id) or None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """Names and messages go; which kind of parcel an order was stays with the order."""
    return await tx.execute(
        "UPDATE shipping_order SET noshi_name = '', card = '', version = version + 1"
        " WHERE buyer_id = $1 AND (noshi_name <> '' OR card <> '')",
        user_id,
    )
