"""The mail of a cancelled order gives the reason of the cancelling, and nothing else that was noted before."""

from __future__ import annotations

import uuid

import pytest

from nakamise.contracts.orders import Orders
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.orders.cancel import cancel_as_staff
from tests.plugins.shop.stall import Stall, Till


@pytest.mark.req("CL-17")
async def test_the_reason_is_that_of_the_cancelling(stall: Stall, client: ClientFor, drain: Drain) -> None:
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(await stall.goods("honten", "湯呑", 2000, 9), 2)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    order_id = uuid.UUID(placed["orders"][0]["id"])
    async with stall.ctx.begin() as tx:
        await stall.ctx.service(Orders).note(tx, order_id, "shipping.changed", {"words": "午前中に変更"})
    async with stall.ctx.begin() as tx:
        await cancel_as_staff(stall.ctx, tx, order_id, "欠品")
    await drain(stall.tenant)
    last = "SELECT text_body FROM core_mail ORDER BY created_at DESC, id DESC LIMIT 1"
    text = str(await stall.value(last))
    assert ("欠品" in text, "午前中に変更" in text) == (True, False)
