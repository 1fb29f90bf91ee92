"""Orders as CSV for spreadsheets: UTF-8 with a byte order mark, every field quoted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from nakamise.plugin import TenantCtx
from nakamise.web import BOM, N_, csv_text, local_time
from nakamise_shop.orders.schemas import pay_status
from nakamise_shop.staff import orders_repository as repository
from nakamise_shop.staff.orders_repository import ExportRow
from nakamise_shop.staff.orders_schemas import StaffOrderFilter
from nakamise_shop.staff.text import CARRIERS, ORDER_STATUS, PAYMENT_STATUS, words

CHUNK: Final = 500
COLUMNS: Final = (
    N_("Order number"),
    N_("Ordered at"),
    N_("Shop"),
    N_("Customer"),
    N_("E-mail"),
    N_("Order status"),
    N_("Payment status"),
    N_("Number of items"),
    N_("Items"),
    N_("Goods"),
    N_("Shipping"),
    N_("Points used"),
    N_("Order total"),
    N_("of which tax"),
    N_("Postal code"),
    N_("Delivery address"),
    N_("Recipient"),
    N_("Phone"),
    N_("Parcels"),
)


async def order_csv(ctx: TenantCtx, wanted: StaffOrderFilter) -> AsyncIterator[bytes]:
    """Piece by piece, each read in a transaction of its own, so that a long list holds nothing."""
    _ = words(ctx)
    yield (BOM + csv_text([[_(column) for column in COLUMNS]])).encode()
    after: ExportRow | None = None
    while True:
        async with ctx.read() as tx:
            rows = await repository.export_rows(tx, wanted, ctx.tenant.zone, after, CHUNK)
        if not rows:
            return
        yield csv_text([_cells(ctx, row) for row in rows]).encode()
        after = rows[-1]


def _cells(ctx: TenantCtx, row: ExportRow) -> list[object]:
    _ = words(ctx)
    to = row.address
    code = to["postal_code"]
    parcels = [f"{_(CARRIERS.get(carrier, carrier))} {number}" for carrier, number in row.parcels]
    return [
        row.number,
        f"{local_time(row.placed_at, ctx.tenant.timezone):%Y-%m-%d %H:%M}",
        row.shop_name,
        row.buyer_name,
        row.email,
        _(ORDER_STATUS[row.status][0]),
        _(PAYMENT_STATUS[pay_status(row.state, row.paid_at)][0]),
        row.item_count,
        row.items,
        row.goods,
        row.shipping,
        row.points,
        row.total,
        row.tax,
        f"{code[:3]}-{code[3:]}",
        f"{to['prefecture']}{to['city']}{to['line1']} {to.get('line2', '')}".strip(),
        f"{to['family_name']} {to['given_name']}",
        to["phone"],
        " / ".join(parcels),
    ]
