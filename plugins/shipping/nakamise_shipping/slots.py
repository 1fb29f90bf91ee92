"""What the plugin's boxes on other pages need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.contracts.ui import (
    CheckoutSubject,
    OrderSubject,
    ShopSubject,
    SlipsSubject,
    StaffProductSubject,
)
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise_shipping.domain.config import Temperature
from nakamise_shipping.domain.sizes import Measure
from nakamise_shipping.rates.repository import measures, stored, temperatures
from nakamise_shipping.wishes import repository, service
from nakamise_shipping.words import TEMPERATURES, labels

Context = Mapping[str, object]
Subject = msgspec.Struct | None


async def checkout_section(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    """Nothing where no shop of the purchase offers a choice."""
    if not isinstance(subject, CheckoutSubject) or ctx.actor.user_id is None:
        return None
    found = await service.choices(ctx, tx, subject.shops, subject.address_id)
    return {"choices": found, "several": len(subject.shops) > 1} if found else None


async def order_section(_ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    kept = await _kept(tx, subject)
    return {"kept": kept} if kept and not service.wish_of_order(kept).is_empty else None


async def staff_order_section(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    kept = await _kept(tx, subject)
    if kept is None:
        return None
    return {
        "kept": kept,
        "temperatures": labels(ctx, TEMPERATURES),
        "may_send": ctx.actor.can("shipping.send"),
    }


async def slip_section(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    """What packers of these orders must know; nothing where nobody wished anything."""
    if not isinstance(subject, SlipsSubject):
        return None
    found = await repository.kept(tx, subject.order_ids)
    wished = [one for one in found.values() if not service.wish_of_order(one).is_empty]
    if not wished:
        return None
    orders = await ctx.service(Orders).find(
        tx, OrderQuery(ids=subject.order_ids), limit=len(subject.order_ids)
    )
    return {"wished": wished, "numbers": {order.id: order.number for order in orders}}


async def _kept(tx: Tx, subject: Subject) -> repository.KeptOrder | None:
    if not isinstance(subject, OrderSubject):
        return None
    return (await repository.kept(tx, [subject.order_id])).get(subject.order_id)


async def product_section(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    if not isinstance(subject, StaffProductSubject):
        return None
    found = await temperatures(tx, [subject.product_id])
    variants = await ctx.service(Catalog).variants(tx, [subject.product_id])
    known = await measures(tx, [one.id for one in variants])
    return {
        "variants": [(one, known.get(one.id, Measure())) for one in variants],
        "temperature": found.get(subject.product_id, Temperature.NORMAL).value,
        "temperatures": list(labels(ctx, TEMPERATURES).items()),
        "may_manage": ctx.actor.can("shipping.manage"),
    }


async def shop_section(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    if not isinstance(subject, ShopSubject) or not ctx.actor.can("shipping.manage"):
        return None
    return {"is_set": bool(await stored(tx, [subject.shop_id]))}


BUILDERS: Final[Mapping[Slot, Callable[[TenantCtx, Tx, Subject], Awaitable[Context | None]]]] = {
    Slot.CHECKOUT_SECTION: checkout_section,
    Slot.ORDER_SECTION: order_section,
    Slot.ADMIN_ORDER_SECTION: staff_order_section,
    Slot.ADMIN_ORDER_SLIP: slip_section,
    Slot.ADMIN_PRODUCT_SECTION: product_section,
    Slot.ADMIN_SHOP_SECTION: shop_section,
}
