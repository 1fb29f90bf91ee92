"""The parts of a broadcast that the next of its series begins with."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx

_PRODUCTS: Final = """
INSERT INTO livestream_product (broadcast_id, product_id, position)
SELECT $2, product_id, position FROM livestream_product WHERE broadcast_id = $1
"""
_MODERATORS: Final = """
INSERT INTO livestream_moderator (broadcast_id, user_id, created_at)
SELECT $2, user_id, $3 FROM livestream_moderator WHERE broadcast_id = $1
"""
_LABEL: Final = """
INSERT INTO livestream_label_log (id, broadcast_id, is_sponsored, sponsor, is_locked, at)
SELECT $2, id, is_sponsored, sponsor, label_locked, $3 FROM livestream_broadcast WHERE id = $1 AND is_sponsored
"""
_RUN_ITEMS: Final = """
SELECT position, title, minutes, product_id, points, coupon FROM livestream_run_item WHERE broadcast_id = $1
"""
_RUN_ITEM: Final = """
INSERT INTO livestream_run_item (id, broadcast_id, position, title, minutes, product_id, points, coupon)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


_CLEAR: Final = (
    "DELETE FROM livestream_product WHERE broadcast_id = $1",
    "DELETE FROM livestream_moderator WHERE broadcast_id = $1",
    "DELETE FROM livestream_run_item WHERE broadcast_id = $1",
)


class _RunItem(msgspec.Struct, frozen=True):
    position: int
    title: str
    minutes: int
    product_id: uuid.UUID | None
    points: str
    coupon: str


async def copy_parts(ctx: TenantCtx, tx: Tx, source: uuid.UUID, target: uuid.UUID) -> None:
    """Products, run-sheet and moderators; a PR label is logged for ``target`` too."""
    await tx.execute(_PRODUCTS, source, target)
    await tx.execute(_MODERATORS, source, target, ctx.now())
    await tx.execute(_LABEL, target, uuid7(), ctx.now())
    items = await tx.all(_RunItem, _RUN_ITEMS, source)
    await tx.execute_many(_RUN_ITEM, [(uuid7(), target, *msgspec.structs.astuple(one)) for one in items])


async def clear_parts(tx: Tx, broadcast_id: uuid.UUID) -> None:
    for statement in _CLEAR:
        await tx.execute(statement, broadcast_id)
