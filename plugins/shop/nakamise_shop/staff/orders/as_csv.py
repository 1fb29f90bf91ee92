"""Orders as CSV for spreadsheets: UTF-8 with a byte order mark, or Windows' Japanese code page; every field quoted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final, Literal

from nakamise.plugin import TenantCtx
from nakamise.web import BOM, N_, Charset, csv_text, local_time
from nakamise_shop import scope
from nakamise_shop.staff.orders import repository
from nakamise_shop.staff.orders.repository import ExportRow
from nakamise_shop.staff.orders.schemas import StaffOrderFilter
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
    N_("Subtotal"),
    N_("Discounts"),
    N_("Shipping"),
    N_("Points used"),
    N_("Order total"),
    N_("of which tax"),
    N_("Postal code"),
    N_("Delivery address"),
    N_("Recipient"),
    N_("Phone"),
    N_("Parcels"),
    N_("Refunded amount"),
    N_("Note"),
    N_("Gift"),
)
Encoding = Literal["utf-8-sig", "cp932"]
CHARSETS: Final[Mapping[Encoding, Charset]] = {"utf-8-sig": "utf-8", "cp932": "Shift_JIS"}


async def order_csv(ctx: TenantCtx, wanted: StaffOrderFilter, encoding: Encoding) -> AsyncIterator[bytes]:
    """Piece by piece, each read in a transaction of its own, so that a long list holds nothing.

    What CP932 has no sign for becomes 〓.
    """
    _ = words(ctx)
    head = csv_text([[_(column) for column in COLUMNS]])
    yield _encoded(head if encoding == "cp932" else BOM + head, encoding)
    after: ExportRow | None = None
    while True:
        async with ctx.read() as tx:
            rows = await repository.export_rows(
                tx, wanted, ctx.tenant.zone, await scope.shops_of(ctx, tx), after, CHUNK
            )
        if not rows:
            return
        yield _encoded(csv_text([_cells(ctx, row) for row in rows]), encoding)
        after = rows[-1]


def _encoded(text: str, encoding: Encoding) -> bytes:
    if encoding != "cp932":
        return text.encode()
    fitting = text.replace("−", "－").replace("〜", "～").replace("—", "―")
    return "".join(sign if _fits(sign) else "〓" for sign in fitting).encode("cp932")


def _fits(sign: str) -> bool:
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


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
        _(PAYMENT_STATUS[row.pay_status][0]),
        row.item_count,
        row.items,
        row.bill.goods,
        row.bill.goods + row.bill.shipping - row.total,
        row.bill.shipping,
        row.points,
        row.total,
        row.tax,
        f"{code[:3]}-{code[3:]}",
        f"{to['prefecture']}{to['city']}{to['line1']} {to.get('line2', '')}".strip(),
        f"{to['family_name']} {to['given_name']}",
        to["phone"],
        " / ".join(parcels),
        row.given_back,
        row.note,
        _("Yes") if row.is_gift else "",
    ]
