"""Orders as CSV for spreadsheets: UTF-8 with a byte order mark, every field quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Final

from nakamise.plugin import TenantCtx
from nakamise.ui.formats import local_time
from nakamise.web import N_
from nakamise_shop.orders.schemas import pay_status
from nakamise_shop.staff import orders_repository as repository
from nakamise_shop.staff.orders_repository import ExportRow
from nakamise_shop.staff.orders_schemas import StaffOrderFilter
from nakamise_shop.staff.text import CARRIERS, ORDER_STATUS, PAYMENT_STATUS, words

BOM: Final = "\ufeff"
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
# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """Texts that would be a formula get an apostrophe; numbers stay numbers."""
    text = str(value)
    if isinstance(value, int):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith(_FORMULA) else text


async def order_csv(ctx: TenantCtx, wanted: StaffOrderFilter) -> AsyncIterator[bytes]:
    """Piece by piece, each read in a transaction of its own, so that a long list holds nothing."""
    _ = words(ctx)
    yield (BOM + _written([[_(column) for column in COLUMNS]])).encode()
    after: ExportRow | None = None
    while True:
        async with ctx.read() as tx:
            rows = await repository.export_rows(tx, wanted, ctx.tenant.zone, after, CHUNK)
        if not rows:
            return
        yield _written([_cells(ctx, row) for row in rows]).encode()
        after = rows[-1]


def _written(rows: list[list[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


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
