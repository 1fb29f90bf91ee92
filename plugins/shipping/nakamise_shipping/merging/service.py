"""Several orders of one buyer become one parcel: found, proposed, and merged by staff."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from nakamise.contracts.orders import Orders, OrderView, RefundOrder
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shipping.merging import repository
from nakamise_shipping.settings import ShippingSettings
from nakamise_shipping.slips.repository import forget_unsent, of_orders
from nakamise_shipping.slips.service import PARCELS, SENDABLE
from nakamise_shipping.wishes.repository import KeptOrder, kept

DOMAIN: Final = "shipping"
MERGED: Final = N_("shipping.merged")
_SCAN: Final = 1000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a proposal. ``refund`` is the shipping fee that goes back; 0 for the one that keeps it, and where
    wrapping is part of the fee."""

    order_id: uuid.UUID
    number: str
    shipping: int
    refund: int
    is_kept: bool


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Orders that could share a parcel, the one that keeps its fee first. ``wishes_differ``: other days or hours."""

    shop_id: uuid.UUID
    shop_name: str
    buyer_name: str
    place: str
    parts: tuple[Part, ...]
    wishes_differ: bool

    @property
    def refund(self) -> int:
        return sum(part.refund for part in self.parts)

    @property
    def numbers(self) -> str:
        return "、".join(part.number for part in self.parts)


async def proposals(ctx: TenantCtx, tx: Tx) -> list[Proposal]:
    """Of the newest thousand orders that wait for a parcel."""
    # Staff of some shops would find what they bought themselves elsewhere too.
    shops = tuple(await ctx.service(ShopSellers).of_staff(tx) or ())
    query = msgspec.structs.replace(SENDABLE, shop_ids=shops, fulfil_states=("unfulfilled", "processing"))
    found = await ctx.service(Orders).find(tx, query, limit=_SCAN)
    known = await kept(tx, [order.id for order in found])
    merged = await repository.merged_with(tx, [order.id for order in found])
    labelled = await _labelled(tx, found)
    loose = [one for one in found if one.id in known and one.id not in merged and one.id not in labelled]
    groups = _groups(loose, known, timedelta(hours=ctx.settings(ShippingSettings).merge_hours))
    return [_proposal(group, known) for group in groups]


async def _labelled(tx: Tx, orders: Sequence[OrderView]) -> set[uuid.UUID]:
    rows = await of_orders(tx, [order.id for order in orders])
    return {order_id for row in rows if row.tracking_number for order_id, _ in row.orders}


def _groups(
    orders: Sequence[OrderView], known: dict[uuid.UUID, KeptOrder], window: timedelta
) -> list[list[OrderView]]:
    """The same shop, buyer, address and temperature, from first to last within ``window``."""
    found = []
    keyed = sorted(orders, key=lambda one: (_key(one, known[one.id]), one.placed_at))
    for _, same in itertools.groupby(keyed, key=lambda one: _key(one, known[one.id])):
        open_: list[OrderView] = []
        for order in same:
            if open_ and order.placed_at - open_[0].placed_at > window:
                found.append(open_)
                open_ = []
            open_.append(order)
        found.append(open_)
    return [group for group in found if len(group) > 1]


def _key(order: OrderView, row: KeptOrder) -> tuple[str, ...]:
    place = ("family_name", "given_name", "postal_code", "prefecture", "city", "line1", "line2", "phone")
    one = row.parcels[0][0].value if len(row.parcels) == 1 else f"several {order.id}"
    return (
        str(order.shop_id),
        str(order.buyer_id),
        one,
        *(str(order.address.get(name, "")) for name in place),
    )


def _proposal(group: Sequence[OrderView], known: dict[uuid.UUID, KeptOrder]) -> Proposal:
    first = max(group, key=lambda one: (bool(one.quote.shipping.extras), _fee(one)))
    ordered = [first, *(one for one in group if one.id != first.id)]
    wishes = {(known[one.id].day, known[one.id].hours) for one in group}
    return Proposal(
        shop_id=first.shop_id,
        shop_name=str(first.shop.get("name", "")),
        buyer_name=first.buyer_name,
        place=f"{first.address.get('prefecture', '')}{first.address.get('city', '')}",
        parts=tuple(_part(one, is_kept=one is first) for one in ordered),
        wishes_differ=len(wishes) > 1,
    )


def _part(order: OrderView, *, is_kept: bool) -> Part:
    return Part(
        order_id=order.id,
        number=order.number,
        shipping=order.shipping,
        refund=0 if is_kept or order.quote.shipping.extras else _fee(order),
        is_kept=is_kept,
    )


def _fee(order: OrderView) -> int:
    """What of the shipping fee the buyer has paid and not got back."""
    return 0 if any(one.shipping for one in order.refunds) else order.shipping


async def merge(ctx: TenantCtx, tx: Tx, order_ids: Sequence[uuid.UUID]) -> Proposal:
    """One parcel for exactly these orders; the fees of all but one go back.

    Raises Conflict when they are no proposal (any more): sent, cancelled, merged, or of different buyers.
    """
    await tx.turn(PARCELS)
    orders = ctx.service(Orders)
    for order_id in sorted(set(order_ids)):
        await orders.lock(tx, order_id)
    wanted = set(order_ids)
    found = next((one for one in await proposals(ctx, tx) if wanted == {p.order_id for p in one.parts}), None)
    if found is None:
        raise _gone()
    merge_id = uuid7()
    rows = [(part.order_id, part.is_kept, part.refund) for part in found.parts]
    if await repository.insert(tx, merge_id, found.shop_id, ctx.actor.user_id, rows) != len(rows):
        raise _gone()
    await forget_unsent(tx, list(order_ids))
    for part in sorted(found.parts, key=lambda one: one.order_id):
        await _settle(ctx, tx, merge_id, found, part)
    await ctx.audit(tx, "shipping.merged", str(merge_id), orders=found.numbers, refund=found.refund)
    return found


async def _settle(ctx: TenantCtx, tx: Tx, merge_id: uuid.UUID, found: Proposal, part: Part) -> None:
    orders = ctx.service(Orders)
    others = "、".join(one.number for one in found.parts if one.order_id != part.order_id)
    await orders.note(tx, part.order_id, MERGED, {"words": others})
    if part.refund:
        wanted = RefundOrder(
            idem=uuid.uuid5(merge_id, part.number),
            lines=(),
            with_shipping=True,
            reason=f"{found.parts[0].number}と同梱",
        )
        await orders.refund(tx, part.order_id, wanted)


def _gone() -> Conflict:
    return Conflict(
        N_("These orders cannot share a parcel any more. Please look at the list again."),
        code="no_merge",
        domain=DOMAIN,
    )
