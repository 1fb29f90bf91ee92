"""The same step on many orders: each in a transaction of its own, so that one refusal stops no other."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import Conflict, Invalid, NotFound, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_state import LineState
from nakamise_shop.orders import fulfil, repository
from nakamise_shop.saying import say

MOST: Final = 100
OrderIds = Annotated[list[uuid.UUID], Meta(min_length=1, max_length=MOST)]
_TO_SEND: Final = """
SELECT line_no FROM shop_order_line WHERE order_id = $1 AND fulfil_state = ANY($2) AND refunded_qty < qty
ORDER BY line_no
"""
_WAITING: Final = [LineState.UNFULFILLED.value]
_UNSENT: Final = [LineState.UNFULFILLED.value, LineState.PROCESSING.value]


class Parcel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Everything of an order that has not left goes in one parcel."""

    order_id: uuid.UUID
    carrier: Carrier
    tracking_number: Annotated[str, Meta(max_length=60)]


class StartOrders(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    orders: OrderIds


class ShipOrders(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    parcels: Annotated[list[Parcel], Meta(min_length=1, max_length=MOST)]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one order; ``message`` says why it was refused."""

    order_id: uuid.UUID
    number: str
    done: bool
    code: str = ""
    message: str = ""


async def start_all(ctx: TenantCtx, orders: Sequence[uuid.UUID]) -> list[Outcome]:
    """The shop begins to work on every waiting line of these orders."""

    async def start(tx: Tx, order_id: uuid.UUID) -> None:
        await fulfil.start(ctx, tx, order_id, await tx.values(_TO_SEND, order_id, _WAITING))

    return [await _one(ctx, order_id, start) for order_id in dict.fromkeys(orders)]


async def ship_all(ctx: TenantCtx, parcels: Sequence[Parcel]) -> list[Outcome]:
    """One parcel for each; those without a number stay."""
    outcomes = []
    for parcel in parcels:

        async def ship(tx: Tx, order_id: uuid.UUID, parcel: Parcel = parcel) -> None:
            if not parcel.tracking_number.strip():
                raise _no_number()
            lines = await tx.values(_TO_SEND, order_id, _UNSENT)
            await fulfil.start_rest(ctx, tx, order_id, lines)
            await fulfil.ship(ctx, tx, order_id, lines, parcel.carrier, parcel.tracking_number)

        outcomes.append(await _one(ctx, parcel.order_id, ship))
    return outcomes


async def _one(
    ctx: TenantCtx, order_id: uuid.UUID, act: Callable[[Tx, uuid.UUID], Awaitable[None]]
) -> Outcome:
    async with ctx.read() as tx:
        found = await repository.headers_by_id(tx, [order_id], await scope.shops_of(ctx, tx))
    if not found:
        return _refused(ctx, order_id, "", NotFound())
    number = found[0].number
    try:
        async with ctx.begin() as tx:
            await act(tx, order_id)
    except (Conflict, Invalid) as refusal:
        return _refused(ctx, order_id, number, refusal)
    return Outcome(order_id=order_id, number=number, done=True)


def _refused(ctx: TenantCtx, order_id: uuid.UUID, number: str, refusal: Problem) -> Outcome:
    message = say(ctx, refusal)
    if isinstance(refusal, Invalid):
        message = " ".join(say(ctx, fault) for fault in refusal.fields.values())
    return Outcome(order_id=order_id, number=number, done=False, code=refusal.code, message=message)


def _no_number() -> Conflict:
    return Conflict(
        N_("No tracking number was entered, so nothing was sent."), code="no_number", domain="shop"
    )
