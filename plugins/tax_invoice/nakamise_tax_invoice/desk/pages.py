"""A buyer's documents, under /tax_invoice."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.orders import OrderView
from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import gettext_for, page, read_form, see_other
from nakamise_tax_invoice.desk import own
from nakamise_tax_invoice.desk.answers import pdf_answer
from nakamise_tax_invoice.issuing import repository, service
from nakamise_tax_invoice.issuing.service import WantedReceipt
from nakamise_tax_invoice.papers.body import Family
from nakamise_tax_invoice.papers.sheet import sheet_of, titled
from nakamise_tax_invoice.words import field_texts, kind_names, words

AnyRequest = Request[Any, Any, Any]
DOCUMENTS: Final = "/tax_invoice/documents"


@get("/documents/{document_id:uuid}", opt=signed_in(), include_in_schema=False)
async def show(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await own.own_document(ctx, tx, document_id)
        versions = await repository.versions(tx, found)
    return await page(
        ctx,
        "tax_invoice/document.html",
        document=found,
        versions=versions,
        here=DOCUMENTS,
        sheet=sheet_of(found.body, found.number, found.locale),
        order_path=f"/shop/orders/{found.order_number}",
        pdf=f"{DOCUMENTS}/{found.id}/pdf",
    )


@get("/documents/{document_id:uuid}/pdf", opt=signed_in(), include_in_schema=False)
async def download(ctx: Ctx, document_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await own.own_document(ctx, tx, document_id)
    return await pdf_answer(ctx, found)


@get("/orders/{order_id:uuid}/receipt", opt=signed_in(), include_in_schema=False)
async def ask_receipt(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _form(ctx, order_id, {}, {})


async def _form(
    ctx: TenantCtx, order_id: uuid.UUID, typed: dict[str, Any], errors: dict[str, str]
) -> Response[bytes]:
    async with ctx.read() as tx:
        order = await own.own_order(ctx, tx, order_id)
        last = await repository.latest(tx, Family.RECEIPT, order_id)
        entries = own.shown(await repository.of_order(tx, order_id))
    _ = words(ctx)
    known = last.body if last else None
    values = {
        "recipient": known.recipient if known else order.buyer_name,
        "honorific": "",
        "note": known.note if known else _("goods"),
    }
    return await page(
        ctx,
        "tax_invoice/receipt.html",
        status=422 if errors else 200,
        order=order,
        last=last,
        last_name=titled(last.body, ctx.locale) if last else "",
        entries=entries,
        kinds=kind_names(ctx),
        values=values | typed,
        errors=errors,
        action=f"/tax_invoice/orders/{order_id}/receipt",
    )


@post("/orders/{order_id:uuid}/receipt", opt=signed_in(), include_in_schema=False)
async def make_receipt(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, WantedReceipt)
    _ = words(ctx)
    try:
        async with ctx.begin() as tx:
            order: OrderView = await own.own_order(ctx, tx, order_id)
            made = await service.issue_receipt(ctx, tx, order.id, form.valid())
    except Invalid as refused:
        return await _form(ctx, order_id, dict(form.raw), field_texts(ctx, refused))
    except Conflict as refused:
        said = gettext_for(ctx.locale, refused.domain)(refused.message, **refused.params)
        return see_other(ctx, f"/tax_invoice/orders/{order_id}/receipt", flash=said, kind="danger")
    return see_other(ctx, f"{DOCUMENTS}/{made.id}", flash=_("The receipt is ready."))


route_handlers: Final[list[ControllerRouterHandler]] = [show, download, ask_receipt, make_receipt]
