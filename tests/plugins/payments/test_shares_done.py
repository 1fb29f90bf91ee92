"""What was noted of a share that staff pay by hand stays as it was noted, whatever comes afterwards."""

from __future__ import annotations

import uuid

import pytest

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.testing.fixtures import Drain
from nakamise_payments import shares, stuck
from nakamise_payments.sellers import pay_due
from tests.plugins.payments.scene import Scene

PLANT = "INSERT INTO payments_sale (order_id, subject, seller_id) VALUES ($1, $1, $2)"
LONG_AGO = "UPDATE payments_sale SET done_at = now() - interval '9 days'"
IS_OLD = "SELECT done_at < now() - interval '8 days' FROM payments_sale"
BY_HAND = "SELECT by_hand FROM payments_sale"


async def left_to_staff(scene: Scene, drain: Drain) -> tuple[uuid.UUID, int]:
    """An order of three pieces as if it had cost the buyer nothing, and the shop's share of it."""
    order_id = uuid.UUID(await scene.order_of(await scene.paid(pieces=3)))
    await drain(scene.stall.tenant)
    await scene.execute(PLANT, order_id, scene.stall.shops["honten"])
    await pay_due(scene.stall.ctx)
    share = await scene.stall.value(BY_HAND)
    assert isinstance(share, int)
    return order_id, share


async def give_back(scene: Scene, drain: Drain, order_id: uuid.UUID, units: int) -> None:
    async with scene.stall.ctx.begin() as tx:
        some = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=units),))
        await scene.stall.ctx.service(Orders).refund(tx, order_id, some)
    await drain(scene.stall.tenant)


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("is_done", [True, False])
async def test_what_is_done_does_not_shrink_with_the_order(scene: Scene, drain: Drain, is_done: bool) -> None:
    """Done as the version before notes it, without what was paid. The control: what still waits does shrink."""
    order_id, share = await left_to_staff(scene, drain)
    if is_done:
        await scene.execute("UPDATE payments_sale SET done_at = now()")
    await give_back(scene, drain, order_id, 1)
    after = await scene.stall.value(BY_HAND)
    assert isinstance(after, int)
    assert (after == share, after < share) == (is_done, not is_done)


@pytest.mark.req("CL-30")
async def test_when_nothing_was_left_is_noted_once(scene: Scene, drain: Drain) -> None:
    order_id, share = await left_to_staff(scene, drain)
    await give_back(scene, drain, order_id, 3)
    assert await scene.stall.value("SELECT done_at IS NOT NULL FROM payments_sale") is True
    await scene.execute(LONG_AGO)
    async with scene.stall.ctx.begin() as tx:
        await shares.adjust(scene.stall.ctx, tx, order_id)
    assert await scene.stall.value(IS_OLD) is True
    # Staff paid what an old page said: since when nothing was left stays, and all of it is owed back.
    await stuck.paid(scene.stall.ctx, order_id, "11/22 振込 77", share)
    assert await scene.stall.value(IS_OLD) is True
    assert await scene.stall.value("SELECT ARRAY[paid_by_hand, owed_back] FROM payments_sale") == [
        share,
        share,
    ]


@pytest.mark.req("CL-30")
async def test_staff_are_not_told_of_what_they_have_paid(scene: Scene, drain: Drain) -> None:
    """The list of shares, and its control: before it was noted."""
    order_id, share = await left_to_staff(scene, drain)
    for count in (1, 0):
        async with scene.stall.ctx.read() as tx:
            assert await stuck.count(tx) == count
        if count:
            await stuck.paid(scene.stall.ctx, order_id, "11/22 振込 77", share)
