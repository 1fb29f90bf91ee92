"""A mail that says which documents are ready, in the language of the purchase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderView
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import yen
from nakamise_tax_invoice.issuing.schemas import Entry
from nakamise_tax_invoice.words import kind_names

TEMPLATE: Final = "tax_invoice/mail/ready"


class MailDocument(msgspec.Struct, frozen=True):
    """Ready to read; ``path`` is the document's page."""

    name: str
    number: str
    amount: str
    path: str


async def ready(ctx: TenantCtx, tx: Tx, order: OrderView, entries: Sequence[Entry]) -> None:
    names = kind_names(ctx.in_language(order.locale))
    await ctx.send_mail(
        tx,
        TEMPLATE,
        order.email,
        locale=order.locale,
        order_number=order.number,
        documents=[
            MailDocument(
                names[one.kind.value], one.number, yen(one.total), f"/tax_invoice/documents/{one.id}"
            )
            for one in entries
        ],
        order_path=f"/shop/orders/{order.number}",
    )
