"""Mails about a return, in the language of the purchase: one for each step."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.contracts.orders import OrderView
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, minute
from nakamise_returns import repository, sending
from nakamise_returns.policy import payer_text
from nakamise_returns.schemas import Head
from nakamise_returns.states import State

TEMPLATE: Final = "returns/mail/return"
_SUBJECTS: Final[Mapping[State, str]] = {
    State.REQUESTED: N_("We received your return request %(number)s"),
    State.APPROVED: N_("Your return %(number)s was approved"),
    State.RECEIVED: N_("The goods of your return %(number)s have arrived"),
    State.EXCHANGED: N_("The replacement for your return %(number)s is on its way"),
    State.REJECTED: N_("Your return %(number)s could not be accepted"),
    State.CANCELLED: N_("Your return request %(number)s was withdrawn"),
    State.LAPSED: N_("Your return %(number)s was closed"),
}
_TEXTS: Final[Mapping[State, str]] = {
    State.REQUESTED: N_("The shop will look at it and write to you."),
    State.APPROVED: N_("Please send the goods so that they arrive by %(day)s."),
    State.RECEIVED: N_("We looked at what you sent and will settle it now."),
    State.EXCHANGED: N_("The tracking number is on the page of your order."),
    State.REJECTED: N_("Please find the reason below."),
    State.CANCELLED: N_("Nothing more will happen. You may ask again as long as the time has not run out."),
    State.LAPSED: N_("No parcel arrived in time. If you sent it, please answer to the shop."),
}


async def tell(
    ctx: TenantCtx, tx: Tx, request_id: uuid.UUID, order: OrderView, kind: State, words: str
) -> None:
    head = await repository.head(tx, request_id)
    # The refund itself is told by the shop, and who was forgotten is told nothing.
    if head is None or kind is State.REFUNDED or "@" not in order.email:
        return
    _ = gettext_for(order.locale, "returns")
    to: list[str] = []
    paragraphs = [_(_TEXTS[kind], **_facts(ctx, head, order.locale))]
    if kind is State.APPROVED:
        paragraphs.append(_("Postage is %(payer)s.", payer=payer_text(_, head.payer, head.postage)))
        to = await sending.address_lines(ctx, tx, head.shop_id)
    if words and kind is not State.REQUESTED:
        paragraphs.append(_("The shop writes: %(words)s", words=words))
    lines = [f"{line.name} × {line.qty}" for line in await repository.lines_of(tx, request_id)]
    await ctx.send_mail(
        tx,
        TEMPLATE,
        order.email,
        locale=order.locale,
        subject=_(_SUBJECTS[kind], number=head.number),
        paragraphs=paragraphs,
        lines=lines,
        place={"label": _("Where to send the goods"), "lines": to},
        facts=[(_("Order"), head.order_number), (_("Shop"), head.shop_name)],
        action={"path": f"/returns/{request_id}", "label": _("See the return")},
    )


def _facts(ctx: TenantCtx, head: Head, locale: str) -> dict[str, str]:
    due = minute(head.due_at, locale, ctx.tenant.timezone) if head.due_at else ""
    return {"day": due}
