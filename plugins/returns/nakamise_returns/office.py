"""What staff read."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Final

from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import BOM, N_, csv_text, gettext_for, local_time
from nakamise_returns import repository
from nakamise_returns.schemas import Return, ReturnFilter, ReturnPage, Row
from nakamise_returns.words import REASONS, STATES, WISHES

PAGE_SIZE: Final = 30
CHUNK: Final = 500
COLUMNS: Final = (
    N_("Return number"),
    N_("Asked at"),
    N_("Order number"),
    N_("Shop"),
    N_("Customer"),
    N_("State"),
    N_("Reason"),
    N_("Wish"),
    N_("Items"),
    N_("Pieces"),
    N_("Refunded amount"),
    N_("Kept back"),
)


async def return_page(ctx: TenantCtx, tx: Tx, wanted: ReturnFilter) -> ReturnPage:
    """``counts`` are of the tabs: what each state would show for the same words."""
    shops = await ctx.service(ShopSellers).of_staff(tx)
    counts = await repository.counts(tx, shops, wanted.q)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    items = await repository.rows(tx, wanted, shops, PAGE_SIZE, (wanted.page - 1) * PAGE_SIZE)
    return ReturnPage(items=items, total=total, page=wanted.page, page_size=PAGE_SIZE, counts=counts)


async def return_by_id(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> Return:
    """Raises NotFound, also for another shop's than the staff work for."""
    head = await repository.head(tx, request_id)
    if head is None:
        raise NotFound
    await ctx.service(ShopSellers).check(tx, head.shop_id)
    return await repository.whole(tx, head)


async def returns_csv(ctx: TenantCtx, wanted: ReturnFilter) -> AsyncIterator[bytes]:
    """The filtered list, all pages of it, piece by piece."""
    _ = gettext_for(ctx.locale, "returns")
    yield (BOM + csv_text([[_(column) for column in COLUMNS]])).encode()
    offset = 0
    while True:
        async with ctx.read() as tx:
            shops = await ctx.service(ShopSellers).of_staff(tx)
            rows = await repository.rows(tx, wanted, shops, CHUNK, offset)
        if not rows:
            return
        yield csv_text([_cells(ctx, row) for row in rows]).encode()
        offset += CHUNK


def _cells(ctx: TenantCtx, row: Row) -> list[object]:
    _ = gettext_for(ctx.locale, "returns")
    return [
        row.number,
        f"{local_time(row.requested_at, ctx.tenant.timezone):%Y-%m-%d %H:%M}",
        row.order_number,
        row.shop_name,
        row.buyer_name,
        _(STATES[row.state][0]),
        _(REASONS[row.reason]),
        _(WISHES[row.wish]),
        row.first_name,
        row.pieces,
        row.refunded,
        row.deduction,
    ]
