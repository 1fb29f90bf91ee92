"""What the boxes on pages of others need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.contracts.ui import OrderSubject, ProductSubject
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise.web import gettext_for
from nakamise_returns import repository, rules, words
from nakamise_returns.policy import excluded, policy, sentences

Context = Mapping[str, object]
Subject = msgspec.Struct | None


async def product(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    """The promise for this very product, before anything is bought."""
    if not isinstance(subject, ProductSubject):
        return None
    promise = await policy(tx, subject.shop_id)
    no_return = await excluded(ctx, tx, promise, [subject.product_id])
    _ = gettext_for(ctx.locale, "returns")
    said = sentences(_, promise, is_excluded=subject.product_id in no_return, locale=ctx.locale)
    return {"sentences": said}


async def order(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    """The buyer's order: its returns, and whether something can still be asked back."""
    if not isinstance(subject, OrderSubject):
        return None
    found = await ctx.service(Orders).find(tx, OrderQuery(ids=(subject.order_id,)), limit=1)
    if not found:
        return None
    lines = await rules.returnable(ctx, tx, found[0])
    rows = await repository.of_order(tx, subject.order_id)
    may_ask = any(line.for_fault for line in lines)
    if not rows and not may_ask:
        return None
    return {"rows": rows, "may_ask": may_ask, "number": subject.number, "badges": words.badges(ctx)}


async def staff_order(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    if not isinstance(subject, OrderSubject) or not ctx.actor.can("returns.read"):
        return None
    rows = await repository.of_order(tx, subject.order_id)
    return {"rows": rows, "badges": words.badges(ctx)} if rows else None


BUILDERS: Final[Mapping[Slot, Callable[[TenantCtx, Tx, Subject], Awaitable[Context | None]]]] = {
    Slot.PRODUCT_BELOW_BUY: product,
    Slot.ORDER_SECTION: order,
    Slot.ADMIN_ORDER_SECTION: staff_order,
}
