"""A person gets a copy of what was written for them. It stays as it was handed out when they are forgotten: issuers
must keep copies for seven years (消費税法57条の4第6項), and the database lets nobody change one."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_tax_invoice.issuing import repository

_ALL: Final = 10_000


class DocumentCopy(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` is tax-included yen."""

    number: str
    kind: str
    issued_on: date
    order_number: str
    recipient: str
    total: int


class TaxInvoiceCopy(msgspec.Struct, frozen=True):
    documents: list[DocumentCopy]


async def export(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> TaxInvoiceCopy | None:
    orders = await ctx.service(Orders).find(tx, OrderQuery(buyer_id=user_id), limit=_ALL)
    found = await repository.of_orders(tx, [order.id for order in orders])
    copies = [
        DocumentCopy(
            number=one.number,
            kind=one.kind.value,
            issued_on=one.issued_on,
            order_number=one.order_number,
            recipient=one.partner,
            total=one.total,
        )
        for one in found
    ]
    return TaxInvoiceCopy(copies) if copies else None


async def erase(_ctx: TenantCtx, _tx: Tx, _user_id: uuid.UUID) -> int:
    """Nothing: see above. The link from the order to the person is the shop's, and goes there."""
    return 0
