"""A person gets a copy of the coupons that they used, and is forgotten."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx

_USES: Final = """
SELECT code, amount, order_numbers, used_at, reverted_at FROM coupons_use WHERE user_id = $1 ORDER BY used_at
"""
# What a coupon took off stays in the books, without the person.
_FORGET: Final = (
    "UPDATE coupons_use SET user_id = NULL WHERE user_id = $1",
    "DELETE FROM coupons_person WHERE user_id = $1",
    "DELETE FROM coupons_first WHERE user_id = $1",
)


class UseCopy(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    amount: int
    order_numbers: list[str]
    used_at: datetime
    reverted_at: datetime | None


class CouponsCopy(msgspec.Struct, frozen=True):
    uses: list[UseCopy]


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> CouponsCopy | None:
    found = await tx.all(UseCopy, _USES, user_id)
    return CouponsCopy(found) if found else None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    return sum([await tx.execute(statement, user_id) for statement in _FORGET])
