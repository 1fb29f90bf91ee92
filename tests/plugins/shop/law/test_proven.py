"""Former prices are proven by time in which people could buy; slips say what is in the parcel."""

from __future__ import annotations

import re
import uuid

import pytest

from nakamise.contracts.catalog import Comparison, PriceHistory
from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.testing.fixtures import ClientFor
from nakamise_shop.catalog import price_log
from nakamise_shop.checkout import stock
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.refunding import refund
from nakamise_shop.staff.products import grid
from tests.plugins.shop.staff.office import grant
from tests.plugins.shop.stall import Stall, Till

CHARGED = "INSERT INTO shop_price_log (variant_id, at, price, on_sale) VALUES ($1, now() - interval '60 days', $2, true)"
PERIOD = "UPDATE shop_product SET sale_from = {} WHERE id = (SELECT product_id FROM shop_variant WHERE id = $1) RETURNING id"


async def doubt_of(mall: Stall, variant_id: uuid.UUID) -> tuple[str, str]:
    """Of the shop's own former price, and of one that a sale compares with."""
    now = mall.ctx.now()
    async with mall.ctx.read() as tx:
        own = await price_log.own_doubts(tx, {variant_id: 2000}, now)
        [sale] = await mall.ctx.service(PriceHistory).doubts(tx, [Comparison(variant_id=variant_id, at=now)])
    return own[variant_id], sale


@pytest.mark.req("BX-13")
async def test_time_before_the_sale_begins_proves_no_price(mall: Stall) -> None:
    """On display for sixty days, purchasable for one: nothing to strike through, also where the period came later."""
    rouge = await mall.goods("honten", "限定紅", 2000, 9)
    async with mall.ctx.begin() as tx:
        await tx.execute(CHARGED, rouge, 2000)
    assert await doubt_of(mall, rouge) == ("", "")
    async with mall.ctx.begin() as tx:
        product_id = await tx.value(PERIOD.format("now() - interval '1 day'"), rouge)
        await price_log.note(tx, [product_id])
    assert await doubt_of(mall, rouge) == ("too_short", "too_short")
    # What was noted with its period keeps it, whatever is typed into the product later.
    noted = await mall.goods("honten", "秋紅", 2000, 9)
    async with mall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_price_log (variant_id, at, price, on_sale, offered) VALUES ($1, now() - interval '60 days',"
            " 2000, true, tstzrange(now() - interval '3 days', NULL))",
            noted,
        )
    assert await doubt_of(mall, noted) == ("too_short", "too_short")


STOCKED = (
    "INSERT INTO shop_stock_log (variant_id, at, sold_out) VALUES ($1, now() - $2 * interval '1 day', $3)"
)
TURNS = "SELECT coalesce(string_agg(CASE WHEN sold_out THEN 'out' ELSE 'back' END, ' ' ORDER BY at), '') FROM shop_stock_log WHERE variant_id = $1"


@pytest.mark.req("BX-13")
async def test_time_sold_out_proves_no_price(mall: Stall) -> None:
    """On display for sixty days, with pieces to buy for the last ten."""
    rouge = await mall.goods("honten", "品薄紅", 2000, 9)
    async with mall.ctx.begin() as tx:
        await tx.execute(CHARGED, rouge, 2000)
    assert await doubt_of(mall, rouge) == ("", "")
    async with mall.ctx.begin() as tx:
        await tx.execute(STOCKED, rouge, 59, True)
        await tx.execute(STOCKED, rouge, 10, False)
    assert await doubt_of(mall, rouge) == ("too_short", "too_short")


@pytest.mark.req("BX-13")
async def test_stock_is_noted_where_it_ends_and_begins(mall: Stall, client: ClientFor) -> None:
    """By orders, cancelled ones, staff and returns; an order that leaves some writes nothing."""
    rouge = await mall.goods("honten", "紅", 2000, 3)
    buyer = await mall.buyer()

    async def order(quantity: int) -> str:
        await mall.fill_cart(buyer, [(rouge, quantity)])
        placed = (await Till(client(mall.tenant), buyer).place()).json()
        return str(placed["orders"][0]["number"])

    await order(1)
    assert await mall.value(TURNS, rouge) == ""
    number = await order(2)
    assert await mall.value(TURNS, rouge) == "out"
    cancelled = await client(mall.tenant).post(
        f"/api/shop/orders/{number}/cancel", headers={**buyer.headers, "Idempotency-Key": uuid.uuid4().hex}
    )
    assert cancelled.status_code == 200, cancelled.text
    assert await mall.value(TURNS, rouge) == "out back"

    async def set_stock(seen: int, wanted: int) -> None:
        async with mall.ctx.begin() as tx:
            cell = grid.StockCell(variant_id=rouge, seen=seen, on_hand=wanted)
            [done] = await grid.change(mall.ctx, tx, grid.GridChange(prices=[], stocks=[cell]))
        assert done.outcome is grid.Outcome.SAVED

    await set_stock(3, 2)
    assert await mall.value(TURNS, rouge) == "out back"
    await set_stock(2, 1)
    assert await mall.value(TURNS, rouge) == "out back out"
    async with mall.ctx.begin() as tx:
        await stock.put_back(tx, [stock.Wants(rouge, 2)])
        await stock.put_back(tx, [stock.Wants(rouge, 2)])
    assert await mall.value(TURNS, rouge) == "out back out back"


def numbers(sheet: str) -> tuple[list[int], dict[str, int]]:
    """(quantities, the bill's rows) of a printed slip."""
    rows = re.findall(r'<td class="is-num">(\d+)</td>', sheet)
    found = re.findall(r'data-row="(\w+)"[^>]*><dt>.*?</dt><dd[^>]*>(-?)¥([\d,]+)</dd>', sheet, re.DOTALL)
    return [int(one) for one in rows], {kind: int(sign + text.replace(",", "")) for kind, sign, text in found}


@pytest.mark.req("LC-9.7.1", "GA-45")
async def test_a_slips_quantities_amounts_and_total_agree(mall: Stall, client: ClientFor) -> None:
    """Two of three went back before the parcel left: gone from the slip. One more came back later: it was in it."""
    rouge, brush = await mall.goods("honten", "紅", 1000, 9), await mall.goods("honten", "筆", 700, 9)
    buyer, staff = await mall.buyer(), await mall.buyer("店員")
    await grant(mall, staff, "shop_staff")
    await mall.fill_cart(buyer, [(rouge, 3), (brush, 1)])
    till = Till(client(mall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    order_id = uuid.UUID(placed["orders"][0]["id"])
    line_no = "SELECT line_no FROM shop_order_line WHERE order_id = $1 AND variant_id = $2"
    rouge_no, brush_no = [int(str(await mall.value(line_no, order_id, one))) for one in (rouge, brush)]
    both = [rouge_no, brush_no]
    browser = client(mall.tenant)
    browser.cookies.set("sid", await mall.browser_session(staff))

    async def slip() -> tuple[list[int], dict[str, int], int]:
        sheet = (await browser.get(f"/admin/shop/orders/{order_id}/slip")).text
        sheet = sheet[sheet.index('class="staff-slip"') :]
        amounts = [int(one.replace(",", "")) for one in re.findall(r"data-sub>¥([\d,]+)", sheet)]
        return (*numbers(sheet), sum(amounts))

    async def back(units: int) -> None:
        async with mall.ctx.begin() as tx:
            line = RefundLine(line_no=rouge_no, qty=units)
            await refund(mall.ctx, tx, order_id, RefundOrder(idem=uuid.uuid4(), lines=(line,)))

    assert await slip() == (
        [3, 1] if rouge_no == 1 else [1, 3],
        {"goods": 3700, "shipping": 550, "total": 4250, "tax": 386},
        3700,
    )
    await back(2)
    left = ([1, 1], {"goods": 1700, "shipping": 550, "total": 2250, "tax": 204}, 1700)
    assert await slip() == left
    async with mall.ctx.begin() as tx:
        await fulfil.start(mall.ctx, tx, order_id, both)
    async with mall.ctx.begin() as tx:
        await fulfil.ship(mall.ctx, tx, order_id, both, Carrier.YAMATO, "1234-5678-9013")
    await back(1)
    assert await slip() == left
