"""A former price is one that buyers paid: what the shop typed may stay while that changes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from nakamise.contracts.catalog import Comparison, PriceHistory
from nakamise.contracts.pricing import Rounding
from nakamise_shop.catalog import price_log
from nakamise_shop.catalog.paid_prices import LogRow, Typing, paid
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.staff.test_shops import FULL, change

CHARGED = "INSERT INTO shop_price_log (variant_id, at, price, on_sale) VALUES ($1, now() - interval '60 days', $2, true)"
NET = Typing("standard", prices_include_tax=False, rounding=Rounding.FLOOR)
GROSS = Typing("standard", prices_include_tax=True, rounding=Rounding.FLOOR)


async def doubts(office: Office, variant_id: uuid.UUID, typed: int) -> tuple[str, str]:
    """Of the shop's own former price ``typed``, and of the list price that a sale compares with."""
    now = office.stall.ctx.now()
    async with office.stall.ctx.read() as tx:
        own = await price_log.own_doubts(tx, {variant_id: typed}, now)
        history = office.stall.ctx.service(PriceHistory)
        [sale] = await history.doubts(tx, [Comparison(variant_id=variant_id, at=now)])
    return own[variant_id], sale


async def charged_for_long(office: Office, price: int) -> uuid.UUID:
    """For sixty days, and noted as it is written now."""
    variant_id = await office.stall.goods("honten", "椿のヘアオイル", price, 9)
    async with office.stall.ctx.begin() as tx:
        await tx.execute(CHARGED, variant_id, price)
        query = "SELECT product_id FROM shop_variant WHERE id = $1"
        await price_log.note(tx, [await tx.value(query, variant_id)])
    return variant_id


@pytest.mark.req("BX-13", "CL-27")
async def test_a_price_with_tax_added_was_never_charged(office: Office) -> None:
    """¥2,750 was paid for sixty days. The shop types without tax from now on: ¥3,025 is no former price."""
    oil = await charged_for_long(office, 2750)
    assert await doubts(office, oil, 2750) == ("", "")
    assert (await change(office, legal=FULL, price_input="net")).status_code == 200
    assert not set(await doubts(office, oil, 2750)) - {"never", "too_short"}, "¥3,025 stands there now"
    assert (await doubts(office, oil, 2500))[0] == "", "¥2,500 without tax is what was always paid"
    assert (await change(office, legal=FULL, price_input="gross")).status_code == 200
    assert await doubts(office, oil, 2750) == ("", "")


@pytest.mark.req("BX-13", "CL-26")
async def test_another_tax_class_is_another_price(office: Office) -> None:
    assert (await change(office, legal=FULL, price_input="net")).status_code == 200
    oil = await charged_for_long(office, 1000)
    assert await doubts(office, oil, 1000) == ("", "")
    query = "UPDATE shop_product SET tax_class = 'reduced' WHERE id = (SELECT product_id FROM shop_variant WHERE id = $1) RETURNING id"
    async with office.stall.ctx.begin() as tx:
        await price_log.note(tx, [await tx.value(query, oil)])
    assert not set(await doubts(office, oil, 1000)) - {"never", "too_short"}, "¥1,080 instead of ¥1,100"


def row(at: datetime, price: int, typing: Typing | None, now: Typing = NET) -> LogRow:
    variant_id = uuid.UUID(int=1)
    return LogRow(
        variant_id=variant_id, at=at, price=price, on_sale=True, opens=None, closes=None, typing=typing, now=now
    )  # fmt: skip


@pytest.mark.req("BX-13", "CL-26")
def test_a_new_rate_is_a_new_price_where_tax_is_added() -> None:
    """8 % until the end of September 2019, 10 % since."""
    before, turn = datetime(2019, 9, 1, tzinfo=UTC), datetime(2019, 9, 30, 15, tzinfo=UTC)
    [net] = paid([row(before, 1000, NET)]).values()
    assert [(one.at, one.price) for one in net.noted] == [(before, 1080), (turn, 1100)]
    assert (net.next_turn(before), net.next_turn(turn)) == (turn, None)
    [gross] = paid([row(before, 1000, GROSS, GROSS)]).values()
    assert ([(one.at, one.price) for one in gross.noted], gross.next_turn(before)) == ([(before, 1000)], None)


@pytest.mark.req("BX-13")
def test_what_was_not_noted_was_as_the_next_row_says() -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    log = [
        row(day, 1000, None),
        row(day + timedelta(days=1), 1000, GROSS),
        row(day + timedelta(days=2), 1000, NET),
    ]
    [found] = paid(log).values()
    assert [one.price for one in found.noted] == [1000, 1000, 1100]
    [unknown] = paid([row(day, 1000, None)]).values()
    assert [one.price for one in unknown.noted] == [1100], "as it is now"
