"""Who is told of a parcel, once, and of that parcel alone."""

from __future__ import annotations

import uuid

import pytest

from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from tests.plugins.shop.stall import Stall, Till

WRONG, RIGHT = "1234-5678-9013", "1234-5678-9024"
MAILS = "SELECT array_agg(text_body ORDER BY created_at, id) FROM core_mail WHERE subject LIKE '商品を発送しました%'"


@pytest.mark.req("LC-8.6.3", "CL-33")
async def test_a_number_that_was_mistaken_belongs_to_the_next_parcel(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    """Two parcels of one order whose labels were mixed up: the first is told its number, corrected, and the second
    leaves under the number that the first had been given."""
    buyer = await stall.buyer()
    await stall.fill_cart(
        buyer,
        [
            (await stall.goods("honten", "口紅", 1000, 9), 1),
            (await stall.goods("honten", "湯呑", 2000, 9), 1),
        ],
    )
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    order_id = uuid.UUID(placed["orders"][0]["id"])
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1, 2])
    async with stall.ctx.begin() as tx:
        first = await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, WRONG)
    await drain(stall.tenant)
    async with stall.ctx.begin() as tx:
        await fulfil.renumber(stall.ctx, tx, order_id, first, Carrier.YAMATO, RIGHT)
    async with stall.ctx.begin() as tx:
        await fulfil.ship(stall.ctx, tx, order_id, [2], Carrier.YAMATO, WRONG)
    await drain(stall.tenant)
    mails = await stall.value(MAILS)
    assert isinstance(mails, list)
    names = "SELECT array_agg(name ORDER BY line_no) FROM shop_order_line"
    bought = await stall.value(names)
    assert isinstance(bought, list)
    one, two = bought
    assert [(one in text, two in text) for text in mails] == [(True, False), (False, True)]
    assert mails[1].count(placed["orders"][0]["number"]) == mails[0].count(placed["orders"][0]["number"])


@pytest.mark.req("LC-8.6.3", "CL-33")
async def test_the_address_that_the_buyer_has_now_gets_the_mail(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    """Between two orders that leave together the buyer changed the address: the old one may be somebody else's."""
    cup = await stall.goods("honten", "湯呑", 2000, 9)
    buyer = await stall.buyer()
    placed = []
    for email in ("before@buyer.example", "after@buyer.example"):
        async with stall.ctx.begin() as tx:
            await tx.execute("UPDATE core_user SET email = $2 WHERE id = $1", buyer.id, email)
        await stall.fill_cart(buyer, [(cup, 1)])
        till = Till(client(stall.tenant), buyer)
        done = (await till.place()).json()
        await till.pay(done["purchase_id"], "tok_success")
        placed.append(uuid.UUID(done["orders"][0]["id"]))
    async with stall.ctx.begin() as tx:
        for order_id in placed:
            await fulfil.start(stall.ctx, tx, order_id, [1])
            await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, RIGHT)
    await drain(stall.tenant)
    told = "SELECT array_agg(recipient) FROM core_mail WHERE subject LIKE '商品を発送しました%'"
    assert await stall.value(told) == ["after@buyer.example"]
