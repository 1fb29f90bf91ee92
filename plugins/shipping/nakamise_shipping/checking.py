"""While an order is placed: wishes are checked, then kept with the order."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.checkout import OrderDraft, OrderRef, Refusal
from nakamise.contracts.pricing import Destination, ShopQuote
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shipping.domain import days, rates, wish
from nakamise_shipping.domain.config import ShopShipping, Temperature
from nakamise_shipping.rates import repository
from nakamise_shipping.wishes.repository import KeptOrder, insert

_PLAIN: Final = ShopShipping()


async def refusals(ctx: TenantCtx, tx: Tx, order: OrderDraft) -> Sequence[Refusal]:
    """A day that is over, hours or wrapping that are gone: the buyer chooses again."""
    found = await repository.stored(tx, _shop_ids(order))
    to = _destination(order)
    return [
        Refusal(f"shipping_{name}", wish.FAULTS[name])
        for part in order.quote.shops
        if (one := found.get(uuid.UUID(part.shop_id)))
        for name in wish.faults(
            one.config,
            wish.wish_of(order.inputs, part.shop_id),
            possible(ctx, one.config, to, order.quote.priced_at),
        )
    ]


async def keep(ctx: TenantCtx, tx: Tx, order: OrderDraft) -> None:
    """One row for each order, wishes or not: slips need its parcels."""
    found = await repository.stored(tx, _shop_ids(order))
    products = [uuid.UUID(line.product_id) for part in order.quote.shops for line in part.lines]
    cold = await repository.temperatures(tx, products)
    rows = []
    for ref, part in zip(order.orders, order.quote.shops, strict=True):
        one = found.get(uuid.UUID(part.shop_id))
        config = one.config if one else _PLAIN
        leaves = _leaves(ctx, config, order.quote.priced_at) if one else None
        rows.append(_row(order, ref, part, config, leaves, cold))
    await insert(tx, rows)


def _row(
    order: OrderDraft,
    ref: OrderRef,
    part: ShopQuote,
    config: ShopShipping,
    leaves: dt.date | None,
    cold: Mapping[uuid.UUID, Temperature],
) -> KeptOrder:
    told = wish.told(config, wish.wish_of(order.inputs, part.shop_id))
    return KeptOrder(
        order_id=ref.id,
        shop_id=uuid.UUID(part.shop_id),
        buyer_id=order.buyer_id,
        day=told.wish.date,
        hours=told.wish.hours,
        hours_label=told.hours_label,
        wrapping=told.wish.wrapping,
        wrapping_label=told.wrapping_label,
        noshi=told.wish.noshi,
        wrapping_label_en=told.wrapping_label_en,
        noshi_en=told.noshi_en,
        noshi_name=told.wish.noshi_name,
        card=told.wish.card,
        leaves_on=leaves,
        parcels=_parcels(part, config, cold),
    )


def _parcels(
    part: ShopQuote, config: ShopShipping, cold: Mapping[uuid.UUID, Temperature]
) -> tuple[tuple[Temperature, tuple[int, ...]], ...]:
    """Which line numbers go into which parcel; the shop numbers an order's lines as the quote does."""
    of_line = {
        number: cold.get(uuid.UUID(line.product_id), Temperature.NORMAL)
        for number, line in enumerate(part.lines, start=1)
    }
    sent = rates.parcels(config, of_line.values())
    if len(sent) == 1:
        return ((sent[0], tuple(of_line)),)
    return tuple((one, tuple(n for n, cold_ in of_line.items() if cold_ is one)) for one in sent)


def possible(ctx: TenantCtx, config: ShopShipping, to: Destination | None, at: dt.datetime) -> list[dt.date]:
    """Days on which a parcel ordered at ``at`` may arrive there; none where nothing is sent."""
    way = rates.way_to(config, to)
    if not config.days.choose_day or not way.is_open:
        return []
    try:
        return days.arrivals(config.days, _local(ctx, at), way.days)
    except days.NoWorkingDay:
        return []


def _leaves(ctx: TenantCtx, config: ShopShipping, at: dt.datetime) -> dt.date | None:
    try:
        return days.leaves_on(config.days, _local(ctx, at))
    except days.NoWorkingDay:
        return None


def _local(ctx: TenantCtx, at: dt.datetime) -> dt.datetime:
    return at.astimezone(ctx.tenant.zone)


def _shop_ids(order: OrderDraft) -> set[uuid.UUID]:
    return {uuid.UUID(part.shop_id) for part in order.quote.shops}


def _destination(order: OrderDraft) -> Destination | None:
    place = msgspec.convert(order.address, _Place, strict=False)
    return (
        Destination(postal_code=place.postal_code, prefecture=place.prefecture) if place.prefecture else None
    )


class _Place(msgspec.Struct, frozen=True):
    postal_code: str = ""
    prefecture: str = ""
