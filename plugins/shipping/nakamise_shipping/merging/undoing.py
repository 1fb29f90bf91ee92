"""Parting orders again that share a parcel, until its slip is in a carrier's file."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders, OrderView
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shipping import turns
from nakamise_shipping.merging import repository
from nakamise_shipping.merging.repository import Undoable
from nakamise_shipping.slips.repository import drop_unwritten
from nakamise_shipping.slips.service import SENDABLE

DOMAIN: Final = "shipping"
PARTED: Final = N_("shipping.parted")
SHOWN: Final = 50
_WAITING: Final = ("unfulfilled", "processing")


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """Orders in one parcel that may be parted again. ``refunded`` went back to the buyer and stays there."""

    id: uuid.UUID
    shop_name: str
    buyer_name: str
    orders: tuple[tuple[uuid.UUID, str], ...]
    refunded: int

    @property
    def numbers(self) -> str:
        return "、".join(number for _, number in self.orders)


async def merges(ctx: TenantCtx, tx: Tx) -> list[Merge]:
    """Those that can be undone now, the newest first; of orders that the reader may see."""
    found = await repository.undoable(tx, SHOWN)
    ids = tuple(order_id for one in found for order_id in one.order_ids)
    if not ids:
        return []
    query = msgspec.structs.replace(SENDABLE, ids=ids, fulfil_states=_WAITING)
    orders = {one.id: one for one in await ctx.service(Orders).find(tx, query, limit=len(ids))}
    return [_merge(one, orders) for one in found if set(one.order_ids) <= orders.keys()]


def _merge(found: Undoable, orders: dict[uuid.UUID, OrderView]) -> Merge:
    first = orders[found.order_ids[0]]
    return Merge(
        id=found.merge_id,
        shop_name=str(first.shop.get("name", "")),
        buyer_name=first.buyer_name,
        orders=tuple((order_id, orders[order_id].number) for order_id in found.order_ids),
        refunded=found.refunded,
    )


async def undo(ctx: TenantCtx, tx: Tx, merge_id: uuid.UUID) -> Merge:
    """A parcel for each order again. Money that went back stays with the buyer.

    Raises NotFound, Conflict once a slip is in a file, has a number, or one of the orders was sent or ended.
    """
    await turns.wait(tx)
    orders = ctx.service(Orders)
    ids = await repository.orders_of(tx, merge_id)
    if not ids:
        raise NotFound
    for order_id in ids:
        await orders.lock(tx, order_id)
    if await repository.orders_of(tx, merge_id) != ids:
        raise NotFound
    await drop_unwritten(tx, ids)
    found = await repository.undoable_one(tx, merge_id)
    query = OrderQuery(ids=tuple(ids), states=SENDABLE.states, fulfil_states=_WAITING)
    known = {one.id: one for one in await orders.find(tx, query, limit=len(ids))}
    if found is None or set(ids) != known.keys() or await repository.delete(tx, merge_id) != len(ids):
        raise _too_late()
    done = _merge(found, known)
    for order_id in ids:
        others = "、".join(number for other, number in done.orders if other != order_id)
        await orders.note(tx, order_id, PARTED, {"words": others})
    await ctx.audit(tx, "shipping.parted", str(merge_id), orders=done.numbers, kept=done.refunded)
    return done


def _too_late() -> Conflict:
    return Conflict(
        N_(
            "The slip of this parcel is in a carrier's file already, or an order was sent: it stays one parcel."
        ),
        code="merge_written",
        domain=DOMAIN,
    )
