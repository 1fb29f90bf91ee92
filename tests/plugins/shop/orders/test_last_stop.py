"""The last stop before an order's money goes back is its row: whatever was reckoned before, it refuses."""

from __future__ import annotations

import uuid

import pytest

from nakamise.errors import Conflict
from nakamise.testing.fixtures import ClientFor
from nakamise_shop.domain.order_state import OrderState
from nakamise_shop.orders import refunds_repository as repository
from tests.plugins.shop.orders.test_refunding import bought, give
from tests.plugins.shop.stall import Stall

OPEN = frozenset({OrderState.PAID, OrderState.CLOSED, OrderState.PART_REFUNDED})
PUT = "UPDATE shop_order SET state = $2, disputed_from = CASE WHEN $2 = 'disputed' THEN 'paid' END WHERE id = $1"
NOW = "SELECT ARRAY[state, refunded_cash::text] FROM shop_order"


class Refused(Conflict):
    """By the row."""


async def take(stall: Stall, order_id: uuid.UUID, cash: int, *, with_shipping: bool = False) -> None:
    async with stall.ctx.begin() as tx:
        order = await repository.lock_order(tx, order_id)
        assert order is not None
        await repository.take_money(
            tx, Refused("no"), order, (cash, 0), is_last=False, with_shipping=with_shipping
        )


@pytest.mark.req("GA-45", "BX-15")
async def test_shipping_goes_back_once(stall: Stall, client: ClientFor) -> None:
    order_id, _ = await bought(stall, client)
    await give(stall.ctx, order_id, with_shipping=True)
    with pytest.raises(Refused):
        await take(stall, order_id, 0, with_shipping=True)
    assert await stall.value(NOW) == ["part_refunded", "550"]
    await take(stall, order_id, 0)


@pytest.mark.req("GA-45", "LC-5.2.5")
async def test_only_orders_that_are_paid_give_money_back(stall: Stall, client: ClientFor) -> None:
    """Also none under dispute: the bank may have taken it."""
    order_id, _ = await bought(stall, client)
    for state in OrderState:
        async with stall.ctx.begin() as tx:
            await tx.execute(PUT, order_id, state)
        if state in OPEN:
            await take(stall, order_id, 0)
            continue
        with pytest.raises(Refused):
            await take(stall, order_id, 0)
        assert await stall.value(NOW) == [state, "0"]
    async with stall.ctx.begin() as tx:
        await tx.execute(PUT, order_id, OrderState.PAID)
