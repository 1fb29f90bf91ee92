"""Boxes on other pages: what runs for a product, and why a cart's line does not get the price."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec

from nakamise.contracts.pricing import QuotedLine
from nakamise.contracts.ui import CartSubject, ProductSubject
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise_timesale import pricing, quiet
from nakamise_timesale.domain.rules import RunningItem
from nakamise_timesale.words import words


class Shown(msgspec.Struct, frozen=True):
    """As in `RunningItem`."""

    name: str
    ends_at: datetime | None
    left: int | None
    pieces: int | None
    per_person: int | None


async def context(
    ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
) -> Mapping[str, object] | None:
    if slot is Slot.PRODUCT_BELOW_PRICE and isinstance(subject, ProductSubject):
        return await _product(ctx, tx, subject)
    if slot is Slot.CART_SUMMARY and isinstance(subject, CartSubject):
        return await _cart(ctx, tx, subject)
    return None


async def _product(ctx: TenantCtx, tx: Tx, subject: ProductSubject) -> Mapping[str, object] | None:
    now = ctx.now()
    if await quiet.may_skip(ctx, now):
        return None
    items = await pricing.running(ctx, tx, [subject.product_id], now, ctx.actor.user_id)
    shown = [Shown(one.name, one.ends_at, one.left, one.pieces, one.per_person) for one in items]
    return {"sales": shown} if shown else None


async def _cart(ctx: TenantCtx, tx: Tx, subject: CartSubject) -> Mapping[str, object] | None:
    """For lines with more pieces than are left at the price."""
    if subject.quote is None:
        return None
    lines = [line for shop in subject.quote.shops for line in shop.lines]
    ids = list({uuid.UUID(line.product_id) for line in lines})
    items = await pricing.running(ctx, tx, ids, subject.quote.priced_at, ctx.actor.user_id)
    hints = [_hint(ctx, item, line) for line in lines for item in items if _is_too_many(item, line)]
    return {"hints": list(dict.fromkeys(hints))} if hints else None


def _is_too_many(item: RunningItem, line: QuotedLine) -> bool:
    if item.left is None or not item.is_for(line.product_id, line.variant_id):
        return False
    return line.qty > item.left and line.unit_amount == line.list_amount


def _hint(ctx: TenantCtx, item: RunningItem, _line: QuotedLine) -> str:
    _ = words(ctx)
    if item.left is None or item.left <= 0:
        return _(
            "“%(name)s”: none are left at the sale's price, so the regular price counts.", name=item.name
        )
    return _(
        "“%(name)s”: %(n)s are left for you at the sale's price. With that quantity it counts.",
        name=item.name,
        n=item.left,
    )
