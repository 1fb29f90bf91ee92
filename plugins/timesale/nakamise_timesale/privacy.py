"""A person gets a copy of what they bought in sales, and is forgotten."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_timesale.repository import NAME

_TAKEN: Final = f"""
SELECT {NAME.format(locale="$2")} AS sale, t.order_id, t.quantity, t.at, t.reverted_at FROM timesale_taken t
JOIN timesale_item i ON i.id = t.item_id JOIN timesale_sale s ON s.id = i.sale_id
WHERE t.user_id = $1 ORDER BY t.at
"""  # noqa: S608 (our own text)
_FORGET: Final = (
    "UPDATE timesale_taken SET user_id = NULL WHERE user_id = $1",
    "DELETE FROM timesale_person WHERE user_id = $1",
)


class TakenCopy(msgspec.Struct, frozen=True, kw_only=True):
    sale: str
    order_id: uuid.UUID
    quantity: int
    at: datetime
    reverted_at: datetime | None


class SalesCopy(msgspec.Struct, frozen=True):
    bought: list[TakenCopy]


async def export(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> SalesCopy | None:
    found = await tx.all(TakenCopy, _TAKEN, user_id, ctx.locale)
    return SalesCopy(found) if found else None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    return sum([await tx.execute(statement, user_id) for statement in _FORGET])
