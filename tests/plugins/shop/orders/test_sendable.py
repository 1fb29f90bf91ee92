"""Which orders wait for a parcel, as other plugins ask for them."""

from __future__ import annotations

import uuid

import pytest

from nakamise.contracts.orders import OrderQuery, Orders, RefundLine, RefundOrder
from nakamise.testing.fixtures import ClientFor
from nakamise_shop.orders.refunding import refund
from tests.plugins.shop.orders.test_states import paid_order
from tests.plugins.shop.stall import Stall

WAITING = OrderQuery(
    states=("paid", "part_refunded"), fulfil_states=("unfulfilled", "processing", "part_shipped")
)


async def waiting(stall: Stall, wanted: OrderQuery = WAITING) -> tuple[int, int]:
    """(listed, counted)."""
    orders = stall.ctx.service(Orders)
    async with stall.ctx.read() as tx:
        return len(await orders.find(tx, wanted)), await orders.count(tx, wanted)


@pytest.mark.req("LC-5.2.5")
async def test_an_order_with_nothing_left_to_send_waits_for_no_parcel(
    stall: Stall, client: ClientFor
) -> None:
    """At once, and not from the day on which it is closed: something of its price was kept."""
    order_id, _, _ = await paid_order(stall, client)
    assert await waiting(stall) == (1, 1)
    for kept, left in ((0, 1), (300, 0)):
        wanted = RefundOrder(
            idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),), deduction=kept, with_shipping=False
        )
        async with stall.ctx.begin() as tx:
            await refund(stall.ctx, tx, order_id, wanted)
        assert await stall.value("SELECT state || fulfil_state FROM shop_order") == "part_refundedunfulfilled"
        assert await waiting(stall) == (left, left)
    assert await waiting(stall, OrderQuery(states=("part_refunded",))) == (1, 1), "it is there all the same"
