"""Whose documents: a buyer's by the order, staff's by the shops that they work for; the shop's services know."""

from __future__ import annotations

import uuid

from nakamise.contracts.orders import Orders, OrderView
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_tax_invoice.issuing import service
from nakamise_tax_invoice.issuing.schemas import Document, Entry

READ = "tax_invoice.read"


async def own_order(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> OrderView:
    """Raises NotFound for anybody else's."""
    order = await ctx.service(Orders).get(tx, order_id)
    if order.buyer_id != ctx.require_user():
        raise NotFound
    return order


async def own_document(ctx: TenantCtx, tx: Tx, document_id: uuid.UUID) -> Document:
    """Raises NotFound for anybody else's."""
    found = await service.document(tx, document_id)
    await own_order(ctx, tx, found.order_id)
    return found


def shown(entries: list[Entry]) -> list[Entry]:
    """What a buyer needs: the newest version of each."""
    return [one for one in entries if one.is_latest]


async def staff_document(ctx: TenantCtx, tx: Tx, document_id: uuid.UUID) -> Document:
    """Raises NotFound, also for a document of a shop that the acting person does not work for."""
    found = await service.document(tx, document_id)
    await ctx.service(ShopSellers).check(tx, found.shop_id)
    return found
