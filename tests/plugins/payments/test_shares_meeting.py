"""Shares while several look at them at once: what is passed on or left to staff is what stands when it is written."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg
import pytest

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.errors import Conflict
from nakamise.testing.fixtures import Drain
from nakamise_payments import repository, stuck
from nakamise_payments.sellers import pay_due
from tests.faults.careless import Lapse, without
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_shares_done import PLANT, left_to_staff
from tests.plugins.payments.test_shares_known import passed_on

BY_HAND = "SELECT by_hand FROM payments_sale"


@pytest.mark.req("CL-30")
async def test_a_refund_beside_the_pass_makes_what_is_left_to_staff_less(scene: Scene, drain: Drain) -> None:
    """The pass has looked at the order and writes when the refund is over: without the lock nobody makes it less."""
    ctx = scene.stall.ctx
    unheld = {"WHERE order_id = $1 FOR UPDATE": "WHERE order_id = $1"}
    for cuts, left in (({}, 3195), (unheld, 5895)):
        order_id = uuid.UUID(await scene.order_of(await scene.paid(pieces=2)))
        await drain(scene.stall.tenant)
        await scene.execute(PLANT, order_id, scene.stall.shops["honten"])
        lapse = Lapse(cuts=cuts, meet=("UPDATE payments_sale SET by_hand",))
        other, careless = without(scene.stall, lapse)
        passing = asyncio.create_task(pay_due(other.ctx))
        await careless.somebody_waits.wait()
        async with ctx.begin() as tx:
            one = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
            await ctx.service(Orders).refund(tx, order_id, one)
        refunding = asyncio.create_task(drain(scene.stall.tenant))
        await asyncio.wait([refunding], timeout=0.5)
        await careless.come()
        await asyncio.gather(passing, refunding)
        careless.check()
        assert await scene.stall.value(BY_HAND) == left
        await scene.execute("DELETE FROM payments_sale")


@pytest.mark.req("CL-30")
async def test_staff_who_send_a_share_again_wait_for_the_charge_first(
    scene: Scene, drain: Drain, owner: asyncpg.Connection
) -> None:
    """As the pass does: in another order two of them and a refund could wait for each other."""
    ctx, schema = scene.stall.ctx, scene.stall.tenant.schema
    purchase = await scene.paid(pieces=2)
    order_id = await passed_on(scene, purchase, 5895, arrives=False)
    await drain(scene.stall.tenant)
    failed = await scene.stall.value("SELECT op_id FROM payments_sale")
    assert isinstance(failed, uuid.UUID)
    async with ctx.begin() as tx:
        await repository.lock(tx, await scene.charge_of(purchase))
        again = asyncio.create_task(stuck.again(ctx, failed))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
        while not await owner.fetchval(waiting):
            await asyncio.wait([again], timeout=0.02)
        async with owner.transaction():
            free = f'SELECT 1 FROM "{schema}".payments_sale WHERE order_id = $1 FOR UPDATE SKIP LOCKED'
            assert await owner.fetchval(free, order_id) == 1, "what it waits for comes before what it holds"
    await again


@pytest.mark.req("CL-30")
async def test_what_an_older_server_has_noted_is_not_noted_again(scene: Scene, drain: Drain) -> None:
    """Two of the staff have paid; the server of the first one writes when, and not how much."""
    ctx = scene.stall.ctx
    order_id, share = await left_to_staff(scene, drain)
    async with ctx.begin() as tx:
        await tx.execute("UPDATE payments_sale SET done_at = now()")
        await ctx.audit(tx, "payments.share_paid", str(order_id), amount=share, note="振込")
    with pytest.raises(Conflict) as refused:
        await stuck.paid(ctx, order_id, "11/22 振込 77", share)
    assert refused.value.code == "share_noted"
    await pay_due(ctx)
    noted = "SELECT ARRAY[paid_by_hand, owed_back] FROM payments_sale"
    assert await scene.stall.value(noted) == [share, 0], "the shop owes nothing"
