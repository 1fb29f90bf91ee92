"""Staff took less at the provider than was reserved: documents say what really moved."""

from __future__ import annotations

import uuid

import pytest

from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_tax_invoice.papers.checking import faults
from nakamise_tax_invoice.papers.sheet import sheet_of
from tests.plugins.shop.orders.test_untaken import taken
from tests.plugins.tax_invoice.books import Books
from tests.plugins.tax_invoice.test_documents import every


@pytest.mark.req("BX-01", "CL-31")
async def test_the_return_of_a_cancelled_order_says_what_came_back(
    own_books: Books, client: ClientFor, drain: Drain
) -> None:
    """¥3,030 were bought and ¥2,000 taken: price and tax go back whole, of the money what was taken."""
    books = own_books
    _, [placed] = await taken(books.stall, client, 2000, books.goods["honten"][0])
    order = await books.order(uuid.UUID(placed["id"]))
    await drain(books.stall.tenant)
    async with books.stall.ctx.begin() as tx:
        await cancel_as_staff(books.stall.ctx, tx, order.id, "欠品")
    await drain(books.stall.tenant)
    invoice, returned = await every(books, order)
    assert (returned.total, returned.tax) == (invoice.total, invoice.tax) == (3030, order.tax)
    sheet = sheet_of(returned.body, returned.number, "ja")
    assert faults(returned.body, sheet) == []
    assert ("請求されていなかった額", "-¥1,030", "") in sheet.sums
    assert (returned.body.paid, sheet.sums[-1][1]) == (2000, "¥2,000")
