"""From orders to a carrier's file: look first, then write."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders, OrderView
from nakamise.contracts.pricing import Destination
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shipping.carriers import files
from nakamise_shipping.carriers.layout import LAYOUTS, Layout, layout
from nakamise_shipping.carriers.slip import Checked, Grave, Party, Slip, checked
from nakamise_shipping.domain.config import ShopShipping
from nakamise_shipping.domain.rates import way_to
from nakamise_shipping.merging.repository import merged_with
from nakamise_shipping.rates.repository import stored
from nakamise_shipping.settings import ShippingSettings
from nakamise_shipping.slips import repository
from nakamise_shipping.slips.dates import odd_day
from nakamise_shipping.slips.parcels import slips_of
from nakamise_shipping.slips.repository import FileRow, SlipRow
from nakamise_shipping.wishes.repository import KeptOrder, kept

DOMAIN: Final = "shipping"
SENDABLE: Final = OrderQuery(states=("paid", "part_refunded"), fulfil_states=("unfulfilled", "processing", "part_shipped"))  # fmt: skip
# Who puts parcels together, parts them or writes their slips does it alone, before any order is locked: each looks at
# what the others made of it.
PARCELS: Final = "shipping.parcels"
_PLAIN: Final = ShopShipping()
TOO_MANY: Final = N_("These orders are %(found)s slips, but %(carrier)s takes at most %(n)s at once. Nothing was written: please choose fewer orders and write several files.")  # fmt: skip


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """One slip and its orders, as they would go into the file."""

    row: SlipRow
    orders: tuple[OrderView, ...]
    result: Checked

    @property
    def numbers(self) -> str:
        return "、".join(order.number for order in self.orders)

    def has(self, level: Grave) -> bool:
        """Whether there is such a remark."""
        return any(remark.level is level for remark in self.result.remarks)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    layout: Layout
    ship_day: dt.date
    slips: list[Prepared]

    @property
    def fine(self) -> list[Prepared]:
        return [one for one in self.slips if one.result.is_fine]

    @property
    def changed(self) -> list[Prepared]:
        return [one for one in self.fine if one.has(Grave.CHANGE)]

    @property
    def late(self) -> list[Prepared]:
        return [one for one in self.fine if any(remark.kind == "late" for remark in one.result.remarks)]

    @property
    def oddly_dated(self) -> list[Prepared]:
        """Whose day of shipping is none."""
        return [one for one in self.fine if one.result.slip.odd_day]

    @property
    def faulty(self) -> list[Prepared]:
        return [one for one in self.slips if not one.result.is_fine]


async def report(ctx: TenantCtx, tx: Tx, order_ids: Sequence[uuid.UUID], ship_day: dt.date) -> Report:
    """What the file would hold. Orders that share a parcel with one of these come along; slips are numbered here, so
    that the same order has the same slip every time.

    Raises Invalid for no orders, for several carriers at once, and for more than the carrier takes.
    """
    await tx.turn(PARCELS)
    orders = await _orders(ctx, tx, order_ids)
    configs = await stored(tx, {order.shop_id for order in orders.values()})
    layouts = {order.shop_id: _layout(configs, order.shop_id) for order in orders.values()}
    chosen = {one.id: one for one in layouts.values()}
    if len(chosen) != 1:
        raise _invalid(
            N_("Please choose orders that wait for a parcel.")
            if not chosen
            else N_("These orders go with different carriers. Please choose those of one shop.")
        )
    (one_layout,) = chosen.values()
    known = await kept(tx, list(orders))
    rows = await slips_of(tx, orders, known, layouts)
    if len(rows) > one_layout.rows_max:
        raise _invalid(TOO_MANY, n=one_layout.rows_max, found=len(rows), carrier=one_layout.title)
    senders = {shop_id: one.config for shop_id, one in configs.items()}
    today = ctx.now().astimezone(ctx.tenant.zone).date()
    slips = [_prepared(row, orders, known, senders, one_layout, (ship_day, today)) for row in rows]
    return Report(layout=one_layout, ship_day=ship_day, slips=sorted(slips, key=lambda one: one.row.ref))


async def shops_of_staff(ctx: TenantCtx, tx: Tx) -> tuple[uuid.UUID, ...]:
    """For queries of orders: staff of some shops would find what they bought themselves elsewhere too. (): all."""
    return tuple(await ctx.service(ShopSellers).of_staff(tx) or ())


async def _orders(ctx: TenantCtx, tx: Tx, order_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, OrderView]:
    """Those that wait for a parcel, and those that share one with them."""
    ids = set(order_ids)
    merges = await merged_with(tx, list(ids))
    for one in merges.values():
        ids |= set(one.order_ids)
    if not ids:
        return {}
    query = msgspec.structs.replace(SENDABLE, ids=tuple(sorted(ids)), shop_ids=await shops_of_staff(ctx, tx))
    found = await ctx.service(Orders).find(tx, query, limit=len(ids))
    return {order.id: order for order in sorted(found, key=lambda one: (one.placed_at, one.id))}


def _layout(configs: Mapping[uuid.UUID, Any], shop_id: uuid.UUID) -> Layout:
    one = configs.get(shop_id)
    return layout(one.config.layout if one else LAYOUTS[0])


def _prepared(
    row: SlipRow,
    orders: Mapping[uuid.UUID, OrderView],
    known: Mapping[uuid.UUID, KeptOrder],
    configs: Mapping[uuid.UUID, ShopShipping],
    one_layout: Layout,
    days: tuple[dt.date, dt.date],
) -> Prepared:
    """``days``: of shipping, and today."""
    found = tuple(orders[order_id] for order_id, _ in row.orders if order_id in orders)
    wishes = [known[order.id] for order in found if order.id in known]
    config = configs.get(found[0].shop_id, _PLAIN)
    wished = [one.day for one in wishes if one.day]
    hours = [one.hours for one in wishes if one.hours]
    slip = Slip(
        ref=row.ref,
        to=_recipient(found[0]),
        sender=config.sender,
        ship_day=days[0],
        odd_day=odd_day(config.days, *days),
        leaves_on=min((one.leaves_on for one in wishes if one.leaves_on), default=None),
        travel_days=way_to(config, _destination(found[0])).days,
        temperature=row.temperature,
        day=max(wished) if wished else None,
        hours=hours[-1] if hours else "",
        contents=config.sender.contents or found[0].lines[0].name,
        gift=" ".join(dict.fromkeys(one.gift for one in wishes if one.gift)),
    )
    return Prepared(row=row, orders=found, result=checked(slip, one_layout))


class _Address(msgspec.Struct, frozen=True):
    family_name: str
    given_name: str
    postal_code: str
    prefecture: str
    city: str
    line1: str
    phone: str
    line2: str = ""


def _destination(order: OrderView) -> Destination:
    to = msgspec.convert(order.address, _Address)
    return Destination(postal_code=to.postal_code, prefecture=to.prefecture)


def _recipient(order: OrderView) -> Party:
    to = msgspec.convert(order.address, _Address)
    return Party(
        name=f"{to.family_name} {to.given_name}",
        phone=to.phone,
        postal_code=to.postal_code,
        place=f"{to.prefecture}{to.city}{to.line1}",
        building=to.line2,
    )


async def write(ctx: TenantCtx, tx: Tx, order_ids: Sequence[uuid.UUID], ship_day: dt.date) -> FileRow:
    """The file, with every slip that has no fault; the shop begins to work on its orders.

    Raises as ``report``, and Conflict when no slip is fine or somebody changed one meanwhile.
    """
    found = await report(ctx, tx, order_ids, ship_day)
    if not found.fine:
        raise Conflict(N_("None of these slips can be written."), code="no_slips", domain=DOMAIN)
    now: dt.datetime = await tx.value("SELECT now()")
    name = f"{found.layout.id}-{now.astimezone(ctx.tenant.zone):%Y%m%d-%H%M%S}.csv"
    new = repository.NewFile(
        name=name,
        layout=found.layout.id,
        ship_day=ship_day,
        slip_ids=[one.row.id for one in found.fine],
        shop_ids=sorted({order.shop_id for one in found.fine for order in one.orders}),
    )
    row = await repository.insert_file(tx, new, ctx.actor.user_id)
    if row is None:
        raise Conflict(
            N_("Somebody else changed this meanwhile. Please check it and try again."),
            code="changed",
            domain=DOMAIN,
        )
    if ctx.settings(ShippingSettings).start_on_export:
        await _begin(ctx, tx, found.fine)
    await ctx.audit(tx, "shipping.file_written", str(row.id), slips=row.slip_count, layout=row.layout)
    return row


async def _begin(ctx: TenantCtx, tx: Tx, slips: Sequence[Prepared]) -> None:
    """In the order of ids, which is how everybody locks."""
    wanted = {
        (order.id, line.line_no)
        for one in slips
        for order in one.orders
        for line in order.lines
        if line.fulfil_state == "unfulfilled" and line.refunded_qty < line.qty
    }
    for order_id in sorted({order_id for order_id, _ in wanted}):
        lines = sorted(number for found, number in wanted if found == order_id)
        await ctx.service(Orders).process(tx, order_id, lines)


async def content(ctx: TenantCtx, tx: Tx, file_id: uuid.UUID) -> tuple[FileRow, bytes]:
    """The file again, of what is stored now. Raises NotFound, also for one with parcels of other shops than the acting
    person's; Conflict when a slip of it cannot be written now."""
    shops = await shops_of_staff(ctx, tx)
    row = await repository.file(tx, file_id, shops)
    if row is None:
        raise NotFound
    slips = await repository.of_file(tx, file_id)
    ids = sorted({order_id for one in slips for order_id, _ in one.orders})
    query = OrderQuery(ids=tuple(ids), shop_ids=shops)
    found = {one.id: one for one in await ctx.service(Orders).find(tx, query, limit=len(ids))}
    configs = {
        key: one.config for key, one in (await stored(tx, {o.shop_id for o in found.values()})).items()
    }
    known, one_layout = await kept(tx, ids), layout(row.layout)
    there = [one for one in slips if any(order_id in found for order_id, _ in one.orders)]
    prepared = [
        _prepared(one, found, known, configs, one_layout, (row.ship_day, row.ship_day)) for one in there
    ]
    if not prepared or len(there) < len(slips) or not all(one.result.is_fine for one in prepared):
        raise Conflict(
            N_("The orders of this file have changed. Please write a new file."),
            code="file_stale",
            domain=DOMAIN,
        )
    return row, files.written(one_layout, [one.result for one in prepared])


def _invalid(message: str, **params: object) -> Invalid:
    return Invalid({"orders": FieldError(message, domain=DOMAIN, **params)})
