"""Buying the same once more: what is still on sale goes into the cart, the rest is named."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.cart import service as cart
from nakamise_shop.orders.schemas import Line
from nakamise_shop.orders.service import own_order
from nakamise_shop.saying import say

GONE: Final = N_("It is no longer for sale.")


class NotAgain(msgspec.Struct, frozen=True):
    """A line that cannot be bought any more, and why."""

    name: str
    reason: str


class Again(msgspec.Struct, frozen=True):
    """``added`` counts lines of the order that lie in the cart now."""

    added: int
    missing: list[NotAgain]


async def buy_again(ctx: TenantCtx, tx: Tx, number: str, gone: str) -> Again:
    """Every line in the quantity of then; ``gone`` is said of what is not sold any more. Raises NotFound."""
    order = await own_order(ctx, tx, number)
    cart_id, _ = await cart.find_or_make(tx, cart.key_of(ctx))
    missing = []
    for line in order.lines:
        name = f"{line.name} {line.variant_name}".strip()
        try:
            async with tx.savepoint():
                await _add(ctx, tx, cart_id, line)
        except NotFound:
            missing.append(NotAgain(name, gone))
        except Conflict as refusal:
            missing.append(NotAgain(name, say(ctx, refusal)))
    return Again(len(order.lines) - len(missing), missing)


async def _add(ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID, line: Line) -> None:
    await cart.add(ctx, tx, cart_id, line.variant_id, line.qty)
