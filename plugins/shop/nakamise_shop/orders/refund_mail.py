"""The mail about money that goes back, in the language of the purchase."""

from __future__ import annotations

from nakamise.contracts.orders import OrderRefunded
from nakamise.db import Tx
from nakamise.plugin import Delivery, TenantCtx
from nakamise.web import gettext_for, yen
from nakamise_shop.orders import refunds_repository as repository
from nakamise_shop.orders.mail_texts import ORDER_REFUNDED
from nakamise_shop.orders.mails import TEMPLATE, MailLine, back, facts
from nakamise_shop.orders.schemas import Order
from nakamise_shop.orders.service import order_by_id


async def on_order_refunded(ctx: TenantCtx, event: OrderRefunded, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await _send(ctx, tx, await order_by_id(ctx, tx, event.order_id), event)


async def _send(ctx: TenantCtx, tx: Tx, order: Order, event: OrderRefunded) -> None:
    header = order.header
    _ = gettext_for(header.locale, "shop")
    said = []
    if event.reason:
        said.append(_("Reason: %(words)s", words=event.reason))
    if event.cash and event.by_bank:
        # What was never charged the card company did not give back either.
        given = event.cash - event.untaken
        said.append(_("Your card company has given you %(amount)s back.", amount=yen(given)))
    elif event.cash:
        said += back(_, event.cash - event.untaken, event.untaken)
    if event.tender:
        said.append(_("Points worth %(amount)s go back to you.", amount=yen(event.tender)))
    words = await ctx.mail_words(
        tx, ORDER_REFUNDED, locale=header.locale, number=event.number, refund="\n\n".join(said)
    )
    lines, bill = await _parts(tx, order, event)
    await ctx.send_mail(
        tx,
        TEMPLATE,
        header.email,
        locale=header.locale,
        subject=words.subject,
        greeting=_("Dear %(name)s,", name=header.address.name),
        paragraphs=words.paragraphs,
        lines=lines,
        bill=[(_(label), yen(amount)) for label, amount in bill],
        facts=facts(ctx, order, _),
        action={"path": f"/shop/orders/{header.number}", "label": _("See the order")},
    )


async def _parts(tx: Tx, order: Order, event: OrderRefunded) -> tuple[list[MailLine], list[tuple[str, int]]]:
    [refund] = [
        row for row in await repository.refunds_of(tx, [order.header.id]) if row.id == event.refund_id
    ]
    names = {line.line_no: f"{line.name} {line.variant_name}".strip() for line in order.lines}
    lines = [MailLine(names[line_no], qty, yen(amount)) for line_no, qty, amount in refund.lines]
    bill = [("Shipping", refund.shipping)] if refund.shipping else []
    back = refund.cash + refund.tender - refund.untaken
    return lines, [*bill, ("Refund", back)] if back else bill
