"""Mails about an order, in the language of the purchase. Each event is answered once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderCancelled, OrderPaid, OrderShipped
from nakamise.db import Tx
from nakamise.plugin import Delivery, TenantCtx
from nakamise.web import N_, gettext_for, minute, yen
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import mail_texts, sharing, vouchers
from nakamise_shop.orders.bills import texts
from nakamise_shop.orders.labels import CARRIERS, UNTAKEN
from nakamise_shop.orders.schemas import Line, Order, OrderHeader, PayStatus
from nakamise_shop.orders.service import order_by_id
from nakamise_shop.orders.timeline import Happened
from nakamise_shop.settings import ShopSettings

TEMPLATE: Final = "shop/mail/order"
_CANCELLED: Final = {
    "expired": N_("The time to pay ended, so order %(number)s was closed. Nothing was charged."),
    "buyer": N_("Order %(number)s was cancelled as you asked."),
    "staff": N_("The shop cancelled order %(number)s."),
    "lapsed": N_(
        "Order %(number)s was cancelled: the shop did not take your payment in time. Nothing was charged."
    ),
}


class MailLine(msgspec.Struct, frozen=True):
    """``amount`` is ready to read."""

    name: str
    qty: int
    amount: str


async def on_order_paid(ctx: TenantCtx, event: OrderPaid, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            order = await order_by_id(ctx, tx, event.order_id)
            _ = gettext_for(order.header.locale, "shop")
            values = {"payment": _paid(_, order)}
            await _send(ctx, tx, order, mail_texts.ORDER_PAID, values, order.lines, with_bill=True)
            await _tell_the_shop(ctx, tx, order)


def _paid(_: Callable[..., str], order: Order) -> str:
    if order.pay_status is not PayStatus.AUTHORIZED:
        return _("Your payment has arrived.")
    amount = yen(order.header.charge)
    return _("%(amount)s is reserved on your card and charged by the time the parcel leaves.", amount=amount)


def back(_: Callable[..., str], amount: int, missing: int = 0) -> list[str]:
    """What becomes of the money: ``amount`` comes back; ``missing`` was never charged, and was reserved at most."""
    if missing and not amount:
        return [_("%(amount)s was reserved on your card only and is not charged.", amount=yen(missing))]
    said = [_("%(amount)s will be refunded the way you paid.", amount=yen(amount))] if amount else []
    return said + ([_(UNTAKEN, amount=yen(missing))] if missing else [])


def _back(_: Callable[..., str], header: OrderHeader) -> str:
    return "\n\n".join(back(_, header.charge - header.untaken, header.untaken))


async def _tell_the_shop(ctx: TenantCtx, tx: Tx, order: Order) -> None:
    """There is work: to the address of the shop's legal notice, in the site's language."""
    if not ctx.settings(ShopSettings).notify_shop:
        return
    legal = await tx.value("SELECT legal FROM shop_shop WHERE id = $1", order.header.shop_id) or {}
    if address := str(legal.get("email", "")).strip():
        await _send_to_shop(ctx, tx, order, address)


async def _send_to_shop(ctx: TenantCtx, tx: Tx, order: Order, address: str) -> None:
    header, locale = order.header, ctx.tenant.locale
    _ = gettext_for(locale, "shop")
    paragraphs = [_told_the_shop(_, order), _("Please prepare the parcel.")]
    if header.note:
        paragraphs.append(f"{_('Note to the shop')}: {header.note}")
    if header.is_gift:
        paragraphs.append(_("It is a gift: the slip shows no prices."))
    await ctx.send_mail(
        tx,
        TEMPLATE,
        address,
        locale=locale,
        subject=_("New order %(number)s (%(amount)s)", number=header.number, amount=yen(header.total)),
        greeting=_("To the staff of %(name)s", name=header.shop.name),
        paragraphs=paragraphs,
        lines=[_mail_line(line) for line in order.lines],
        bill=_bill(_, order),
        facts=[*facts(ctx, order, _), (_("Customer"), header.buyer_name)],
        action={"path": f"/admin/shop/orders/{header.id}", "label": _("Open the order")},
    )


def _told_the_shop(_: Callable[..., str], order: Order) -> str:
    if order.pay_status is PayStatus.AUTHORIZED:
        return _("There is a new order. Its amount is reserved on the card and not taken yet.")
    return _("A new order is paid.")


async def on_order_shipped(ctx: TenantCtx, event: OrderShipped, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            parcel = await sharing.parcel_of(tx, event)
            if parcel[0].order_id != event.order_id:
                return  # told with the first of them
            orders = [await order_by_id(ctx, tx, one.order_id) for one in parcel]
            # Where the buyer is reached now, in the language of now.
            order, locale = orders[-1], orders[-1].header.locale
            _ = gettext_for(locale, "shop")
            values = {"carrier": _(CARRIERS[Carrier(event.carrier)]), "tracking": event.tracking_number}
            lines = [
                line
                for one, sent in zip(orders, parcel, strict=True)
                for line in one.lines
                if line.line_no in sent.lines
            ]
            numbers = ("、" if locale == "ja" else ", ").join(one.header.number for one in orders)
            text = mail_texts.ORDER_SHIPPED
            await _send(ctx, tx, order, text, values, lines, with_bill=False, numbers=numbers)


async def on_order_cancelled(ctx: TenantCtx, event: OrderCancelled, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            order = await order_by_id(ctx, tx, event.order_id)
            _ = gettext_for(order.header.locale, "shop")
            why = [_(_CANCELLED[event.reason], number=event.number)]
            noted = [note for note in order.timeline if note.kind == Happened.CANCELLED and note.words]
            why += [_("Reason: %(words)s", words=note.words) for note in noted]
            is_back = order.header.paid_at is not None and event.reason != "lapsed"
            void_words = await vouchers.void_words(ctx, tx, order.header)
            void = _(void_words) if void_words else ""
            values = {"why": "\n\n".join(why), "payment": _back(_, order.header) if is_back else void}
            await _send(ctx, tx, order, mail_texts.ORDER_CANCELLED, values, order.lines, with_bill=False)


async def _send(
    ctx: TenantCtx,
    tx: Tx,
    order: Order,
    text_id: str,
    values: Mapping[str, str],
    lines: Sequence[Line],
    *,
    with_bill: bool,
    numbers: str = "",
) -> None:
    """``numbers``: of all orders that it is about; "" = of ``order`` alone."""
    header = order.header
    numbers = numbers or header.number
    _ = gettext_for(header.locale, "shop")
    words = await ctx.mail_words(tx, text_id, locale=header.locale, number=numbers, **values)
    await ctx.send_mail(
        tx,
        TEMPLATE,
        header.email,
        locale=header.locale,
        subject=words.subject,
        greeting=_("Dear %(name)s,", name=header.address.name),
        paragraphs=words.paragraphs,
        lines=[_mail_line(line) for line in lines],
        bill=_bill(_, order) if with_bill else [],
        facts=[(_("Order number"), numbers), *facts(ctx, order, _)[1:]],
        action={"path": f"/shop/orders/{header.number}", "label": _("See the order")},
    )


def _mail_line(line: Line) -> MailLine:
    mark = " ※" if line.reduced else ""
    name = f"{line.name} {line.variant_name}".strip()
    return MailLine(name + mark, line.qty, yen(line.sub))


def _bill(_: Callable[..., str], order: Order) -> list[tuple[str, str]]:
    return [(row.label, row.text) for row in texts(_, order.bill).rows]


def facts(ctx: TenantCtx, order: Order, _: Callable[..., str]) -> list[tuple[str, str]]:
    """Number, time, shop and address of an order, ready to read."""
    header = order.header
    address = header.address
    return [
        (_("Order number"), header.number),
        (_("Ordered at"), minute(header.placed_at, header.locale, ctx.tenant.timezone)),
        (_("Shop"), header.shop.name),
        (
            _("Ship to"),
            f"〒{address.postal_code[:3]}-{address.postal_code[3:]} {address.place} {address.name}",
        ),
    ]
