"""Shares that failed are sent again once, whoever does it; what is stopped, done or left to staff is left alone.

With the provider of the demo as one that passes shares on: it refuses all, until a test says otherwise.
"""

from __future__ import annotations

import asyncio
import uuid

import pytest

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.contracts.payment_movements import DisputeState
from nakamise.contracts.payments import ChargeState, ChargeStatus
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.testing.fixtures import Drain
from nakamise_payments import sellers, stuck
from nakamise_payments.sellers import Sale, pay_due
from nakamise_payments_sandbox.provider import SandboxProvider
from tests.faults.careless import Lapse, without
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_disputes import dispute

STAFF = 4
SENT = "SELECT count(*) FROM payments_op WHERE kind = 'transfer' AND reference = $1"
LATEST = "SELECT id FROM payments_op WHERE kind = $1 ORDER BY id DESC LIMIT 1"
PLANT = (
    "INSERT INTO payments_sale (order_id, subject, seller_id, by_hand, done_at)"
    " SELECT $1, $1, $2, $3, CASE WHEN $4 THEN now() END"
)


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_ready(_self: SandboxProvider, _tx: Tx, _seller_id: uuid.UUID) -> bool:
        return True

    monkeypatch.setattr(SandboxProvider, "pays_sellers", True)
    monkeypatch.setattr(SandboxProvider, "seller_ready", is_ready)


@pytest.fixture
def arriving(passing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares arrive, and nothing of them comes back."""

    async def transfer(_self: SandboxProvider, op_id: uuid.UUID, *args: object, **_how: bool) -> ChargeStatus:
        amount = args[-1]
        assert isinstance(amount, Money)
        return ChargeStatus(ChargeState.SUCCEEDED, f"tr_{op_id.hex}", amount)

    monkeypatch.setattr(SandboxProvider, "transfer", transfer)


async def sold(scene: Scene, drain: Drain, pieces: int = 1) -> str:
    """The order's id; the share is due."""
    order_id = await scene.order_of(await scene.paid(pieces=pieces))
    await drain(scene.stall.tenant)
    return order_id


async def latest(scene: Scene, kind: str) -> uuid.UUID:
    found = await scene.stall.value(LATEST, kind)
    assert isinstance(found, uuid.UUID)
    return found


async def listed(scene: Scene) -> list[uuid.UUID]:
    async with scene.stall.ctx.read() as tx:
        return [one.id for one in await stuck.all_of(tx)]


@pytest.mark.req("CL-30")
async def test_a_share_is_sent_again_once_whoever_asks_for_it(
    scene: Scene, drain: Drain, passing: None
) -> None:
    """Four of the staff have looked before anyone wrote; the negative control is the same without the condition."""
    cut = {"WHERE order_id = $1 AND op_id = $2": "WHERE order_id = $1 AND $2::uuid IS NOT NULL"}
    for is_careless, count in ((False, 1), (True, STAFF)):
        order_id = await sold(scene, drain)
        await pay_due(scene.stall.ctx)
        await drain(scene.stall.tenant)
        failed = await latest(scene, "transfer")
        assert await listed(scene) == [failed]
        cuts = cut if is_careless else {}
        meeting = Lapse(cuts=cuts, meet=("UPDATE payments_sale SET op_id = NULL",), party=STAFF)
        other, careless = without(scene.stall, meeting)
        said = await asyncio.gather(
            *(stuck.again(other.ctx, failed) for _ in range(STAFF)), return_exceptions=True
        )
        careless.check()
        assert await scene.stall.value(SENT, order_id) == 1 + count
        assert [type(one) for one in said if one is not None] == [Conflict] * (STAFF - count)
        await drain(scene.stall.tenant)
        await scene.execute("DELETE FROM payments_sale")


@pytest.mark.req("CL-30")
async def test_of_what_does_not_come_back_the_newest_try_is_listed(
    scene: Scene, drain: Drain, arriving: None
) -> None:
    ctx, order_id = scene.stall.ctx, uuid.UUID(await sold(scene, drain, pieces=2))
    await pay_due(ctx)
    await drain(scene.stall.tenant)
    assert await listed(scene) == [], "it arrived"
    async with ctx.begin() as tx:
        one = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        await ctx.service(Orders).refund(tx, order_id, one)
    await drain(scene.stall.tenant)
    first = await latest(scene, "reversal")
    assert await listed(scene) == [first]
    await stuck.again(ctx, first)
    assert await listed(scene) == [], "it is on its way once more"
    with pytest.raises(Conflict) as refused:
        await stuck.again(ctx, first)
    assert refused.value.code == "share_sent"
    await drain(scene.stall.tenant)
    assert await listed(scene) == [await latest(scene, "reversal")]
    assert await scene.stall.value("SELECT count(*) FROM payments_op WHERE kind = 'reversal'") == 2


@pytest.mark.req("CL-30")
async def test_nothing_is_passed_on_while_a_dispute_is_open(
    scene: Scene, drain: Drain, arriving: None
) -> None:
    order_id = await sold(scene, drain)
    charge = await latest(scene, "charge")
    for state, sent in ((DisputeState.OPEN, 0), (DisputeState.WON, 1)):
        await dispute(scene, charge, "one", state, 1000)
        await pay_due(scene.stall.ctx)
        assert await scene.stall.value(SENT, order_id) == sent, state
    await drain(scene.stall.tenant)


@pytest.mark.req("CL-30")
async def test_sales_that_are_done_or_left_to_staff_are_not_looked_at_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def pay(_ctx: TenantCtx, _tx: Tx, sale: Sale) -> None:
        seen.append(sale.order_id)

    monkeypatch.setattr(sellers, "pay", pay)
    left, done, waits = (uuid.uuid4() for _ in range(3))
    for order_id, by_hand, is_done in ((left, 900, False), (done, None, True), (waits, None, False)):
        await scene.execute(PLANT, order_id, scene.stall.shops["honten"], by_hand, is_done)
    await pay_due(scene.stall.ctx)
    assert seen == [waits]
