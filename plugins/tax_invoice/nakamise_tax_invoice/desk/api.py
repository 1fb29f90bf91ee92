"""Documents as JSON, under /api/tax_invoice."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Final

from litestar import Response, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import Ctx, requires, signed_in
from nakamise_tax_invoice.desk import listing, own
from nakamise_tax_invoice.desk.answers import pdf_answer
from nakamise_tax_invoice.desk.listing import Entries, Search
from nakamise_tax_invoice.desk.own import READ
from nakamise_tax_invoice.desk.staff_pages import ISSUE
from nakamise_tax_invoice.issuing import repository, service, terms
from nakamise_tax_invoice.issuing.schemas import Document, Entry
from nakamise_tax_invoice.issuing.service import Correction, WantedReceipt
from nakamise_tax_invoice.issuing.terms import Choice
from nakamise_tax_invoice.papers.body import Family

TAGS: Final = ["invoices"]
STAFF: Final = ["invoices staff"]
Yen = Annotated[int | None, QueryParameter(ge=0, le=10**12)]


@get("/orders/{order_id:uuid}/documents", opt=signed_in(), tags=TAGS, operation_id="tax_invoice_of_order")
async def of_order(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> list[Entry]:
    """The newest version of each document of your order, the oldest document first."""
    async with ctx.read() as tx:
        await own.own_order(ctx, tx, order_id)
        return own.shown(await repository.of_order(tx, order_id))


@get("/documents/{document_id:uuid}", opt=signed_in(), tags=TAGS, operation_id="tax_invoice_get")
async def get_document(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Document:
    async with ctx.read() as tx:
        return await own.own_document(ctx, tx, document_id)


@get(
    "/documents/{document_id:uuid}/versions",
    opt=signed_in(),
    tags=TAGS,
    operation_id="tax_invoice_list_versions",
)
async def get_versions(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> list[Entry]:
    """Every version of your document, the newest first: one that was replaced stays readable."""
    async with ctx.read() as tx:
        return await repository.versions(tx, await own.own_document(ctx, tx, document_id))


@get("/documents/{document_id:uuid}/pdf", opt=signed_in(), tags=TAGS, operation_id="tax_invoice_get_pdf")
async def get_pdf(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await own.own_document(ctx, tx, document_id)
    return await pdf_answer(ctx, found)


@post(
    "/orders/{order_id:uuid}/receipt",
    opt=signed_in(),
    tags=TAGS,
    operation_id="tax_invoice_make_receipt",
    status_code=200,
)
async def make_receipt(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[WantedReceipt]) -> Document:
    """Asked for the same again: the same document; for another recipient or note: a version marked as reissued."""
    async with ctx.begin() as tx:
        await own.own_order(ctx, tx, order_id)
        return await service.issue_receipt(ctx, tx, order_id, data)


@get("/staff/documents", opt=requires(READ), tags=STAFF, operation_id="tax_invoice_staff_list")
async def search(
    ctx: Ctx,
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    least: Yen = None,
    most: Yen = None,
    partner: Annotated[str, QueryParameter(max_length=100)] = "",
    q: Annotated[str, QueryParameter(max_length=60)] = "",
    family: FromQuery[Family | None] = None,
    shop: FromQuery[uuid.UUID | None] = None,
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=100_000)] = 1,
) -> Entries:
    """By day of sale, amount and partner, the newest first."""
    wanted = Search(
        since=since,
        until=until,
        least=least,
        most=most,
        partner=partner,
        q=q,
        family=family,
        shop=shop,
        page=page_number,
    )
    async with ctx.read() as tx:
        return await listing.entries(ctx, tx, wanted)


@get(
    "/staff/documents/{document_id:uuid}",
    opt=requires(READ),
    tags=STAFF,
    operation_id="tax_invoice_staff_get",
)
async def staff_document(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Document:
    async with ctx.read() as tx:
        return await own.staff_document(ctx, tx, document_id)


@get(
    "/staff/documents/{document_id:uuid}/versions",
    opt=requires(READ),
    tags=STAFF,
    operation_id="tax_invoice_staff_list_versions",
)
async def staff_versions(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> list[Entry]:
    """Every version of this document, the newest first."""
    async with ctx.read() as tx:
        return await repository.versions(tx, await own.staff_document(ctx, tx, document_id))


@post(
    "/staff/documents/{document_id:uuid}/reissue",
    opt=requires(ISSUE),
    tags=STAFF,
    operation_id="tax_invoice_staff_reissue",
)
async def reissue(ctx: Ctx, document_id: FromPath[uuid.UUID], data: JSONBody[Correction]) -> Document:
    """Another version with a number of its own; the one before stays as it is."""
    async with ctx.begin() as tx:
        await own.staff_document(ctx, tx, document_id)
        return await service.reissue(ctx, tx, document_id, data)


@get(
    "/staff/shops/{shop_id:uuid}", opt=requires(READ), tags=STAFF, operation_id="tax_invoice_staff_get_terms"
)
async def get_terms(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Choice:
    """Who issues for a shop."""
    async with ctx.read() as tx:
        await ctx.service(ShopSellers).check(tx, shop_id)
        await terms.seller(ctx, tx, shop_id)
        return await terms.choice_of(tx, shop_id)


@put(
    "/staff/shops/{shop_id:uuid}", opt=requires(ISSUE), tags=STAFF, operation_id="tax_invoice_staff_set_terms"
)
async def set_terms(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[Choice]) -> Choice:
    """The intermediary rule is refused while shop or site has no registration number."""
    async with ctx.begin() as tx:
        await ctx.service(ShopSellers).check(tx, shop_id)
        await terms.choose(ctx, tx, shop_id, data)
        return await terms.choice_of(tx, shop_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    of_order,
    get_document,
    get_versions,
    get_pdf,
    make_receipt,
    search,
    staff_document,
    staff_versions,
    reissue,
    get_terms,
    set_terms,
]
