"""The run-sheet (進行台本): what is said and shown in which order, and the step to the next item."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, pins
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.products import product_ids
from nakamise_livestream.words import DOMAIN

_ITEMS: Final = """
SELECT i.id, i.title, i.minutes, i.product_id, i.points, i.coupon, i.id = b.run_item_id IS TRUE AS is_current
FROM livestream_run_item i JOIN livestream_broadcast b ON b.id = i.broadcast_id
WHERE i.broadcast_id = $1 ORDER BY i.position, i.id
"""
_LOCK: Final = """
SELECT 1 FROM livestream_broadcast WHERE id = $1 AND state IN ('scheduled', 'live', 'paused') FOR UPDATE
"""
_CLEAR: Final = "DELETE FROM livestream_run_item WHERE broadcast_id = $1"
_ADD: Final = """
INSERT INTO livestream_run_item (id, broadcast_id, position, title, minutes, product_id, points, coupon)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_POINT: Final = "UPDATE livestream_broadcast SET run_item_id = $2, updated_at = $3 WHERE id = $1"


class RunItemInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``id``: of an item that is there, so that it stays the current one; ``points``: talking points."""

    title: Annotated[str, Meta(min_length=1, max_length=100)]
    minutes: Annotated[int, Meta(ge=1, le=600)] = 5
    product_id: uuid.UUID | None = None
    points: Annotated[str, Meta(max_length=2000)] = ""
    coupon: Annotated[str, Meta(max_length=40)] = ""
    id: uuid.UUID | None = None


class RunSheetInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All items in their order."""

    items: Annotated[list[RunItemInput], Meta(max_length=100)]


class RunItem(msgspec.Struct, frozen=True, kw_only=True):
    """``is_current``: what is going on now."""

    id: uuid.UUID
    title: str
    minutes: int
    product_id: uuid.UUID | None
    points: str
    coupon: str
    is_current: bool


async def items_of(tx: Tx, broadcast_id: uuid.UUID) -> list[RunItem]:
    return await tx.all(RunItem, _ITEMS, broadcast_id)


async def run_sheet(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> list[RunItem]:
    """For the host, moderators and staff. Raises NotFound, Forbidden."""
    await access.moderated(ctx, tx, broadcast_id)
    return await items_of(tx, broadcast_id)


async def write(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, wanted: Sequence[RunItemInput]
) -> list[RunItem]:
    """Replaces the whole sheet. Raises NotFound, Forbidden, Conflict, Invalid for a product of another list."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    await _lock(tx, broadcast_id)
    listed = set(await product_ids(tx, broadcast_id))
    if any(item.product_id not in listed for item in wanted if item.product_id is not None):
        message = N_("A product of the run-sheet is not in the broadcast's list.")
        raise Invalid({"items": FieldError(message, domain=DOMAIN)})
    known = {item.id for item in await items_of(tx, broadcast_id)}
    ids = _ids(wanted, known)
    await tx.execute(_CLEAR, broadcast_id)
    await tx.execute_many(
        _ADD,
        [_row(broadcast_id, id_, n, item) for n, (id_, item) in enumerate(zip(ids, wanted, strict=True))],
    )
    if broadcast.run_item_id is not None and broadcast.run_item_id not in ids:
        await tx.execute(_POINT, broadcast_id, None, ctx.now())
    await audit(ctx, tx, "livestream.broadcast.run_sheet", broadcast, items=len(wanted))
    return await items_of(tx, broadcast_id)


def _ids(wanted: Sequence[RunItemInput], known: set[uuid.UUID]) -> list[uuid.UUID]:
    """Known items keep theirs, once; everything else gets a new one."""
    ids: list[uuid.UUID] = []
    for item in wanted:
        keeps = item.id is not None and item.id in known and item.id not in ids
        ids.append(item.id if keeps and item.id is not None else uuid7())
    return ids


def _row(broadcast_id: uuid.UUID, id_: uuid.UUID, position: int, item: RunItemInput) -> tuple[object, ...]:
    return (id_, broadcast_id, position, item.title, item.minutes, item.product_id, item.points, item.coupon)


async def _lock(tx: Tx, broadcast_id: uuid.UUID) -> None:
    if await tx.value(_LOCK, broadcast_id) is None:
        raise Conflict(N_("Its state does not allow this."), code="wrong_state", domain=DOMAIN)


async def step(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, to: uuid.UUID | None = None) -> list[RunItem]:
    """On to the next item, or to ``to``; its product, if any, is shown from now on.

    By the host, moderators and staff. Raises NotFound, Forbidden, Conflict at the end of the sheet.
    """
    await access.moderated(ctx, tx, broadcast_id)
    await _lock(tx, broadcast_id)
    broadcast = await access.moderated(ctx, tx, broadcast_id)
    target = _target(await items_of(tx, broadcast_id), to)
    await tx.execute(_POINT, broadcast_id, target.id, ctx.now())
    if target.product_id is not None and target.product_id in await product_ids(tx, broadcast_id):
        await pins.put(ctx, tx, broadcast, target.product_id)
    await audit(ctx, tx, "livestream.broadcast.run_item", broadcast, item=target.title)
    return await items_of(tx, broadcast_id)


def _target(items: list[RunItem], to: uuid.UUID | None) -> RunItem:
    if to is not None:
        found = next((item for item in items if item.id == to), None)
        if found is None:
            raise NotFound
        return found
    current = next((place for place, item in enumerate(items) if item.is_current), -1)
    if current + 1 >= len(items):
        raise Conflict(N_("The run-sheet is at its end."), code="at_end", domain=DOMAIN)
    return items[current + 1]
