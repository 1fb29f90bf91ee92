"""Files as answers."""

from __future__ import annotations

from litestar import Response

from nakamise.plugin import TenantCtx
from nakamise_tax_invoice.issuing.schemas import Document
from nakamise_tax_invoice.pdf.files import pdf_of


async def pdf_answer(ctx: TenantCtx, document: Document) -> Response[bytes]:
    """Named by its number; kept by no cache, for others may use the machine."""
    return Response(
        await pdf_of(ctx, document),
        media_type="application/pdf",
        headers={
            "content-disposition": f'attachment; filename="{document.number}.pdf"',
            "cache-control": "private, no-store",
            "x-content-type-options": "nosniff",
        },
    )
