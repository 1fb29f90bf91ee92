"""What must stand on the last screen before an order, page or app: 特定商取引法 12条の6, in the order of the law.

① quantity, ② price up to the amount to pay, ③ time and way of payment, ④ delivery time, ⑤ returns and cancelling,
⑥ until when it can be ordered at all, or at this price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from nakamise.contracts.payments import PaymentMethod
from nakamise.contracts.pricing import Adjustment
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, minute, yen
from nakamise_shop.cart.schemas import Cart, CartGroup
from nakamise_shop.checkout.repository import selling_shops
from nakamise_shop.checkout.schemas import ShopTerms, Term
from nakamise_shop.legal import LABELS, named, texts_of
from nakamise_shop.notice import promised
from nakamise_shop.orders import bills

# Items of a legal notice that belong to art. 12-6, in its order.
_NOTICE: Final = (
    "payment_timing",
    "payment_methods",
    "delivery_time",
    "returns",
    "cancellation",
    "order_period",
)
# What the page shows beside each item, and not among the terms.
IN_LINES: Final = ("quantity", "price")
# Of a way to pay; the page shows it beside the way too.
RESERVED: Final = N_("is reserved when you place the order, and charged by the time the parcel leaves")
_LABELS: Final[Mapping[str, str]] = {"quantity": N_("Quantity"), "price": LABELS["price"]}


async def shop_terms(
    ctx: TenantCtx, tx: Tx, cart: Cart, reserved: Sequence[PaymentMethod] = ()
) -> list[ShopTerms]:
    """Of every shop in a cart that can be ordered, in the cart's order. ``reserved``: the ways to pay that only
    reserve the money with the order."""
    _ = gettext_for(ctx.locale, "shop")
    shops = [group.shop_id for group in cart.groups]
    told = await promised(ctx, tx, shops, [line.product_id for line in cart.lines])
    legal = {shop.id: shop.legal for shop in await selling_shops(tx, shops, ctx.locale)}
    return [
        ShopTerms(
            shop_id=group.shop_id,
            shop_name=group.shop_name,
            notice_path=f"/shop/shops/{group.shop_slug}/legal",
            terms=_terms(
                _,
                {
                    "quantity": [f"{line.full_name} × {line.quantity}" for line in group.lines],
                    "price": _prices(_, cart, group),
                    "payment_timing": (f"{way.label}: {_(RESERVED)}" for way in reserved),
                    "order_period": _ends(ctx, cart, group),
                },
                texts_of(legal[group.shop_id], ctx.locale, _NOTICE, told[group.shop_id]),
            ),
        )
        for group in cart.groups
    ]


def _terms(
    _: Callable[..., str], known: Mapping[str, Iterable[str]], notice: Mapping[str, str]
) -> list[Term]:
    """Below what the shop wrote stands what is ``known`` of this order."""
    found = []
    for name in (*IN_LINES, *_NOTICE):
        if lines := [*filter(None, [notice.get(name)]), *known.get(name, ())]:
            label = _(_LABELS[name]) if name in _LABELS else named(_, name)
            found.append(Term(name, label, "\n".join(lines)))
    return found


def _prices(_: Callable[..., str], cart: Cart, group: CartGroup) -> Iterator[str]:
    """Each item's, then all that is taken off and put on: amounts as the page's bill has them."""
    for line in group.lines:
        if priced := cart.quoted(line):
            unit, sub = yen(priced.unit_amount), yen(priced.subtotal)
            yield f"{line.full_name}{' ※' if line.reduced else ''}: {unit} × {line.quantity} = {sub}"
    if bill := cart.shop_bill(group):
        told = bills.texts(_, bill)
        yield from (f"{row.label}: {row.text}" for row in told.rows)
        yield from filter(None, [told.note])


def _ends(ctx: TenantCtx, cart: Cart, group: CartGroup) -> Iterator[str]:
    """Of the sale of an item, and of offers that this shop's items are in."""
    _ = gettext_for(ctx.locale, "shop")
    for line in group.lines:
        if line.sale_until:
            until = _("On sale until %(at)s", at=_at(ctx, line.sale_until))
            yield f"{line.full_name}: {until}"
    yield from dict.fromkeys(
        _("“%(name)s” ends at %(time)s.", name=one.label, time=_at(ctx, one.ends_at))
        for one in _offers(cart, group)
        if one.ends_at
    )


def _offers(cart: Cart, group: CartGroup) -> Iterator[Adjustment]:
    """Reductions with an end that this shop's items get; one that names no shop and no item is for the purchase."""
    ids = {str(line.variant_id) for line in group.lines}
    for one in (applied.adjustment for applied in cart.limited):
        items = {*one.line_ids, *([one.line_id] if one.line_id else [])}
        if (not items or items & ids) and one.shop_id in (None, str(group.shop_id)):
            yield one


def _at(ctx: TenantCtx, moment: datetime) -> str:
    return minute(moment, ctx.locale, ctx.tenant.timezone)
