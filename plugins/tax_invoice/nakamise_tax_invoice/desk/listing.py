"""Finding documents by date, amount and partner (電子帳簿保存法), as a list and as CSV."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import BOM, N_, Paged, csv_text
from nakamise_tax_invoice.issuing.repository import COLUMNS
from nakamise_tax_invoice.issuing.schemas import Entry
from nakamise_tax_invoice.papers.body import Family
from nakamise_tax_invoice.settings import TaxInvoiceSettings
from nakamise_tax_invoice.words import kind_names, words

CHUNK: Final = 500
Amount = Annotated[int, Meta(ge=0, le=10**12)]


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """All that are given must hold. Days are days of sale or return, both included; amounts are totals, both
    included; ``partner`` is a part of the name; ``q`` the beginning of a document's or order's number."""

    since: date | None = None
    until: date | None = None
    least: Amount | None = None
    most: Amount | None = None
    partner: Annotated[str, Meta(max_length=100)] = ""
    q: Annotated[str, Meta(max_length=60)] = ""
    family: Family | None = None
    shop: uuid.UUID | None = None
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1

    @property
    def is_narrowed(self) -> bool:
        return msgspec.structs.replace(self, page=1) != Search()


class Entries(Paged, frozen=True, kw_only=True):
    """One page, the newest first; ``total_amount`` is the sum over all pages of what sales came to, newest
    versions only and returns taken off; receipts repeat a sale and do not count."""

    items: list[Entry]
    total_amount: int


_MATCHES: Final = """
    ($1::date IS NULL OR d.supplied_on >= $1) AND ($2::date IS NULL OR d.supplied_on <= $2)
    AND ($3::bigint IS NULL OR d.total >= $3) AND ($4::bigint IS NULL OR d.total <= $4)
    AND ($5 = '' OR strpos(lower(d.partner), lower($5)) > 0)
    AND ($6 = '' OR starts_with(d.number, $6) OR starts_with(d.order_number, $6))
    AND ($7::text IS NULL OR d.family = $7) AND ($8::uuid IS NULL OR d.shop_id = $8)
    AND ($9::uuid[] IS NULL OR d.shop_id = ANY($9))
"""
_LIST: Final = f"""
SELECT {COLUMNS} FROM tax_invoice_document d WHERE {_MATCHES}
ORDER BY d.issued_on DESC, d.id DESC LIMIT $10 OFFSET $11
"""  # noqa: S608 - constants
_SUMS: Final = f"""
SELECT count(*) AS total, coalesce(sum(CASE d.family WHEN 'invoice' THEN d.total WHEN 'return' THEN -d.total ELSE 0 END)
    FILTER (WHERE NOT EXISTS (SELECT 1 FROM tax_invoice_document n WHERE n.replaces = d.id)), 0)::bigint AS amount
FROM tax_invoice_document d WHERE {_MATCHES}
"""  # noqa: S608 - constants


class _Sums(msgspec.Struct, frozen=True):
    total: int
    amount: int


async def _conditions(ctx: TenantCtx, tx: Tx, wanted: Search) -> tuple[object, ...]:
    """With the shops that the acting person works for."""
    family = wanted.family.value if wanted.family else None
    return (
        *(wanted.since, wanted.until, wanted.least, wanted.most),
        *(wanted.partner.strip(), wanted.q.strip().upper(), family, wanted.shop),
        await ctx.service(ShopSellers).of_staff(tx),
    )


async def entries(ctx: TenantCtx, tx: Tx, wanted: Search) -> Entries:
    size = ctx.settings(TaxInvoiceSettings).page_size
    where = await _conditions(ctx, tx, wanted)
    sums = await tx.one(_Sums, _SUMS, *where)
    return Entries(
        items=await tx.all(Entry, _LIST, *where, size, (wanted.page - 1) * size),
        total=sums.total,
        total_amount=sums.amount,
        page=wanted.page,
        page_size=size,
    )


COLUMN_NAMES: Final = (
    N_("Number"),
    N_("Kind"),
    N_("Version"),
    N_("Issued on"),
    N_("Date of sale or return"),
    N_("Order"),
    N_("Shop"),
    N_("Registration number"),
    N_("Partner"),
    N_("Amount (tax incl.)"),
    N_("of which tax"),
    N_("Paid or refunded"),
    N_("Replaced"),
    N_("Reason"),
)


async def csv_of(ctx: TenantCtx, wanted: Search) -> AsyncIterator[bytes]:
    """All pages, piece by piece; what is issued meanwhile may be missing."""
    _ = words(ctx)
    names = kind_names(ctx)
    yield (BOM + csv_text([[_(name) for name in COLUMN_NAMES]])).encode()
    for piece in range(10**6):
        async with ctx.read() as tx:
            where = await _conditions(ctx, tx, wanted)
            found = await tx.all(Entry, _LIST, *where, CHUNK, piece * CHUNK)
        if found:
            yield csv_text([_cells(one, names, _("Yes")) for one in found]).encode()
        if len(found) < CHUNK:
            return


def _cells(one: Entry, names: dict[str, str], yes: str) -> list[object]:
    return [
        *(one.number, names[one.kind.value], one.version, one.issued_on.isoformat()),
        *(one.supplied_on.isoformat(), one.order_number, one.shop_name, one.registration, one.partner),
        *(one.total, one.tax, one.paid, "" if one.is_latest else yes, one.reason),
    ]
