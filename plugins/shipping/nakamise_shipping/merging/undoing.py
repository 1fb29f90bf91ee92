"""Parting orders again that share a parcel, until its slip is in a carrier's file."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders, OrderView
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_, Paged
from nakamise_shipping.merging import repository
from nakamise_shipping.merging.repository import Undoable
from nakamise_shipping.slips.repository import drop_unwritten
from nakamise_shipping.slips.service import PARCELS, SENDABLE

DOMAIN: Final = "shipping"
PARTED: Final = N_("shipping.parted")
PAGE_SIZE: Final = 50
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


class MergePage(Paged, frozen=True, kw_only=True):
    """``total`` counts those whose first order waits; one of which another order was sent or ended is left out."""

    items: list[Merge]


async def merge_page(ctx: TenantCtx, tx: Tx, page: int) -> MergePage:
    """Those that can be undone now, of the shops that the reader works for; that with the newest order first."""
    orders = ctx.service(Orders)
    leads = await repository.leads(tx, await ctx.service(ShopSellers).of_staff(tx))
    if not leads:
        return MergePage(items=[], total=0, page=page, page_size=PAGE_SIZE)
    query = msgspec.structs.replace(SENDABLE, ids=tuple(leads), fulfil_states=_WAITING)
    total = await orders.count(tx, query)
    first = await orders.find(tx, query, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return MergePage(
        items=await _merges(orders, tx, [one.id for one in first]),
        total=total,
        page=page,
        page_size=PAGE_SIZE,
    )


async def _merges(orders: Orders, tx: Tx, leads: Sequence[uuid.UUID]) -> list[Merge]:
    """In the order of ``leads``."""
    found = {one.order_ids[0]: one for one in await repository.undoable(tx, leads)}
    ids = tuple(order_id for one in found.values() for order_id in one.order_ids)
    if not ids:
        return []
    query = msgspec.structs.replace(SENDABLE, ids=ids, fulfil_states=_WAITING)
    known = {one.id: one for one in await orders.find(tx, query, limit=len(ids))}
    together = [found[lead] for lead in leads if lead in found]
    return [_merge(one, known) for one in together if set(one.order_ids) <= known.keys()]


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
    await tx.turn(PARCELS)
    orders = ctx.service(Orders)
    ids = await repository.orders_of(tx, merge_id)
    if not ids:
        raise NotFound
    for order_id in ids:
        await ctx.service(ShopSellers).check(tx, (await orders.lock(tx, order_id)).shop_id)
    if await repository.orders_of(tx, merge_id) != ids:
        raise NotFound
    await drop_unwritten(tx, ids)
    found = next(iter(await repository.undoable(tx, ids)), None)
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
