"""Boxes on pages of the shop: the documents of an order, and who issues for a shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from nakamise.contracts.shops import ShopSellers
from nakamise.contracts.ui import OrderSubject, ShopSubject
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise_tax_invoice.desk import own
from nakamise_tax_invoice.desk.staff_pages import HERE, ISSUE
from nakamise_tax_invoice.issuing import repository, terms
from nakamise_tax_invoice.papers.body import Family
from nakamise_tax_invoice.settings import TaxInvoiceSettings
from nakamise_tax_invoice.words import MODES, kind_names, words

Context = Mapping[str, object]
Subject = msgspec.Struct | None
_NO_RECEIPT: Final = frozenset({"pending", "expired", "cancelled", "refunded"})


async def of_buyer(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    """The order's page is the buyer's own, so are its documents."""
    if not isinstance(subject, OrderSubject):
        return None
    entries = own.shown(await repository.of_order(tx, subject.order_id))
    may_ask = subject.state not in _NO_RECEIPT
    if not entries and not may_ask:
        return None
    return {
        "entries": entries,
        "kinds": kind_names(ctx),
        "order_id": subject.order_id,
        "may_ask": may_ask,
        "has_receipt": any(one.family is Family.RECEIPT for one in entries),
    }


async def of_staff(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    if not isinstance(subject, OrderSubject) or not ctx.actor.can(own.READ):
        return None
    entries = await repository.of_order(tx, subject.order_id)
    later = ctx.settings(TaxInvoiceSettings).issue_on == "shipment"
    return {"entries": entries, "kinds": kind_names(ctx), "here": HERE, "is_later": later}


async def of_shop(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    if not isinstance(subject, ShopSubject) or not ctx.actor.can(own.READ):
        return None
    shop = (await ctx.service(ShopSellers).sellers(tx, [subject.shop_id])).get(subject.shop_id)
    if shop is None:
        return None
    _ = words(ctx)
    return {
        "choice": await terms.choice_of(tx, subject.shop_id),
        "number": shop.invoice_number or "",
        "modes": [(mode.value, _(name)) for mode, name in MODES.items()],
        "may_issue": ctx.actor.can(ISSUE),
        "action": f"{HERE}/shops/{subject.shop_id}",
    }


BUILDERS: Final[Mapping[Slot, Callable[[TenantCtx, Tx, Subject], Awaitable[Context | None]]]] = {
    Slot.ORDER_SECTION: of_buyer,
    Slot.ADMIN_ORDER_SECTION: of_staff,
    Slot.ADMIN_SHOP_SECTION: of_shop,
}
