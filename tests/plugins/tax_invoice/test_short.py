"""Staff took less at the provider than was reserved: documents say what really moved."""

from __future__ import annotations

import uuid

import msgspec
import pytest

from nakamise.contracts.orders import Orders, OrderView, RefundLine, RefundOrder
from nakamise.contracts.payments import Payments
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise.web import yen
from nakamise_payments.seller_terms import Terms, save
from nakamise_payments.watching import watch
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_tax_invoice.papers.checking import faults
from nakamise_tax_invoice.papers.sheet import sheet_of
from tests.plugins import invariants
from tests.plugins.shop.orders.test_untaken import taken
from tests.plugins.shop.stall import Till
from tests.plugins.tax_invoice.books import Books
from tests.plugins.tax_invoice.test_documents import every

SOON = "UPDATE payments_op SET capture_before = now() + interval '1 hour' WHERE subject = $1"


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


@pytest.mark.req("BX-01", "CL-31")
async def test_returns_of_what_was_only_reserved_say_that_no_cash_goes_back(
    own_books: Books, client: ClientFor, drain: Drain
) -> None:
    """Three orders rest on one reservation each: one is cancelled, one lapses, and one goes back in part."""
    books, ctx = own_books, own_books.stall.ctx
    orders = []
    for _ in range(3):
        orders.append((await reserved(books, client))[0])
        await drain(books.stall.tenant)
    cancelled, lapsed, in_part = orders
    async with ctx.begin() as tx:
        await cancel_as_staff(ctx, tx, cancelled.id, "欠品")
    wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),), deduction=100)
    for one in (lapsed, in_part):
        async with ctx.begin() as tx:
            await ctx.service(Orders).refund(tx, one.id, msgspec.structs.replace(wanted, idem=uuid.uuid4()))
    await drain(books.stall.tenant)
    async with ctx.begin() as tx:
        await tx.execute(SOON, lapsed.purchase_id)
    await watch(ctx)
    await drain(books.stall.tenant)
    await ctx.service(Payments).capture(in_part.purchase_id)
    await drain(books.stall.tenant)
    for order, returns in ((cancelled, 1), (lapsed, 2), (in_part, 1)):
        _, *found = await every(books, order)
        assert len(found) == returns
        for paper in found:
            sheet = sheet_of(paper.body, paper.number, "ja")
            assert faults(paper.body, sheet) == []
            assert (paper.body.paid, sheet.sums[-1][1]) == (0, "¥0")
            assert ("請求されていなかった額", yen(-paper.total), "") in sheet.sums
    assert await invariants.broken(ctx) == {}


async def reserved(books: Books, client: ClientFor) -> list[OrderView]:
    """Two of one thing, whose money is reserved."""
    stall = books.stall
    async with stall.ctx.begin() as tx:
        for shop in stall.shops.values():
            await save(tx, shop, Terms("manual", "cancel"))
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(books.goods["honten"][0], 2)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    return [await books.order(uuid.UUID(one["id"])) for one in placed["orders"]]
