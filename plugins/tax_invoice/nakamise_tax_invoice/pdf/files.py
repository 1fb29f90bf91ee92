"""A document's PDF: made once, kept in the object store with its hash, and the same bytes for ever."""

from __future__ import annotations

import hashlib
import logging
import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Unavailable
from nakamise.media import delete_object, put_object, read_object
from nakamise.plugin import Job, Span, TenantCtx
from nakamise.web import N_
from nakamise_tax_invoice.issuing import repository
from nakamise_tax_invoice.issuing.schemas import Document, StoredFile
from nakamise_tax_invoice.papers.sheet import sheet_of
from nakamise_tax_invoice.pdf.typesetting import typeset_aside
from nakamise_tax_invoice.words import DOMAIN

KIND: Final = "invoice"
_log: Final = logging.getLogger("nakamise.tax_invoice")


class Render(msgspec.Struct, frozen=True):
    """The job's payload."""

    document_id: uuid.UUID


async def render(ctx: TenantCtx, payload: Render, _job: Job) -> None:
    """Make the file soon after the document, so that a download need not wait for it."""
    async with ctx.read() as tx:
        found = await repository.find(tx, payload.document_id)
    if found is not None:
        await pdf_of(ctx, found)


async def pdf_of(ctx: TenantCtx, document: Document) -> bytes:
    """The kept bytes, made first if need be. Raises Unavailable when they are not what was kept."""
    async with ctx.read() as tx:
        stored = await repository.file_of(tx, document.id)
    if stored is None:
        return await _make(ctx, document)
    data = await read_object(ctx, stored.key)
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        _log.error("the PDF of document %s is not what was kept", document.id)
        raise Unavailable(
            N_("The file of this document is damaged. Please tell the shop."),
            code="pdf_damaged",
            domain=DOMAIN,
        )
    return data


async def bytes_kept(_ctx: TenantCtx, tx: Tx, _span: Span | None) -> int:
    """What all PDFs take in the object store, for the meter."""
    return await repository.bytes_of_files(tx)


async def _make(ctx: TenantCtx, document: Document) -> bytes:
    sheet = sheet_of(document.body, document.number, document.locale)
    data = await typeset_aside(sheet, document.created_at)
    made = StoredFile(await put_object(ctx, KIND, "pdf", data), hashlib.sha256(data).hexdigest())
    async with ctx.begin() as tx:
        is_first = await repository.insert_file(tx, document.id, made, len(data))
    if not is_first:
        await delete_object(ctx, made.key)
    return data
