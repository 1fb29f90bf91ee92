"""Documents for staff, under /admin/tax_invoice: search, export, one document, another version, who issues."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.contracts.shops import ShopSellers
from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import (
    csv_stream,
    filter_of,
    gettext_for,
    page,
    page_address,
    page_base,
    read_form,
    see_other,
)
from nakamise_tax_invoice.desk import listing, own
from nakamise_tax_invoice.desk.answers import pdf_answer
from nakamise_tax_invoice.desk.listing import Search
from nakamise_tax_invoice.desk.own import READ
from nakamise_tax_invoice.issuing import repository, service, terms
from nakamise_tax_invoice.issuing.service import Correction
from nakamise_tax_invoice.issuing.terms import Choice
from nakamise_tax_invoice.papers.body import Family
from nakamise_tax_invoice.papers.sheet import sheet_of
from nakamise_tax_invoice.words import FAMILIES, field_texts, kind_names, words

AnyRequest = Request[Any, Any, Any]
HERE: Final = "/admin/tax_invoice"
ISSUE: Final = "tax_invoice.issue"


@get("/", opt=requires(READ), include_in_schema=False)
async def document_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(Search, request.query_params)
    async with ctx.read() as tx:
        found = await listing.entries(ctx, tx, wanted)
        shops = await ctx.service(ShopSellers).sellers(tx)
    _ = words(ctx)
    return await page(
        ctx,
        "tax_invoice/staff_list.html",
        found=found,
        wanted=wanted,
        shops=list(shops.values()),
        kinds=kind_names(ctx),
        families=[(family.value, _(FAMILIES[family])) for family in Family],
        paging=page_base(page_address(HERE, wanted)),
        export=page_address(f"{HERE}/export.csv", wanted),
        here=HERE,
    )


@get("/export.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Stream:
    """The filtered list, all pages of it."""
    wanted = filter_of(Search, request.query_params)
    name = f"documents-{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "tax_invoice.exported", name, filter=ctx.http.query)
    return csv_stream(name, listing.csv_of(ctx, wanted))


@get("/documents/{document_id:uuid}", opt=requires(READ), include_in_schema=False)
async def show(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, document_id, {}, {})


async def _show(
    ctx: TenantCtx,
    document_id: uuid.UUID,
    typed: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await own.staff_document(ctx, tx, document_id)
        versions = await repository.versions(tx, found)
        file = await repository.file_of(tx, found.id)
    return await page(
        ctx,
        "tax_invoice/staff_document.html",
        status=status,
        document=found,
        sheet=sheet_of(found.body, found.number, found.locale),
        versions=versions,
        fingerprint=file.sha256 if file else "",
        kinds=kind_names(ctx),
        may_issue=ctx.actor.can(ISSUE) and found.is_latest,
        values={"recipient": found.body.recipient, "honorific": "", "reason": "", **typed},
        errors=errors,
        here=HERE,
        action=f"{HERE}/documents/{document_id}",
    )


@get("/documents/{document_id:uuid}/pdf", opt=requires(READ), include_in_schema=False)
async def download(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await own.staff_document(ctx, tx, document_id)
    return await pdf_answer(ctx, found)


@post("/documents/{document_id:uuid}/reissue", opt=requires(ISSUE), include_in_schema=False)
async def reissue(request: AnyRequest, ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, Correction)
    _ = words(ctx)
    if form.value is None:
        return await _show(
            ctx, document_id, dict(form.raw), field_texts(ctx, Invalid(form.errors)), status=422
        )
    try:
        async with ctx.begin() as tx:
            await own.staff_document(ctx, tx, document_id)
            made = await service.reissue(ctx, tx, document_id, form.value)
    except Conflict as refused:
        words_of = gettext_for(ctx.locale, refused.domain)(refused.message, **refused.params)
        return see_other(ctx, f"{HERE}/documents/{document_id}", flash=words_of, kind="danger")
    except Invalid as refused:
        return await _show(ctx, document_id, dict(form.raw), field_texts(ctx, refused), status=422)
    return see_other(ctx, f"{HERE}/documents/{made.id}", flash=_("Issued again as %(n)s.", n=made.number))


@post("/shops/{shop_id:uuid}", opt=requires(ISSUE), include_in_schema=False)
async def choose_terms(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """From the box on the shop's page, which lies in the shop's plugin: refusals come back as a message there."""
    form = await read_form(request, Choice)
    back = f"/admin/shop/shops/{shop_id}"
    _ = words(ctx)
    try:
        async with ctx.begin() as tx:
            await ctx.service(ShopSellers).check(tx, shop_id)
            await terms.choose(ctx, tx, shop_id, form.valid())
    except Invalid as refused:
        return see_other(ctx, back, flash=" ".join(field_texts(ctx, refused).values()), kind="danger")
    return see_other(ctx, back, flash=_("Saved."))


route_handlers: Final[list[ControllerRouterHandler]] = [
    document_list,
    export,
    show,
    download,
    reissue,
    choose_terms,
]
