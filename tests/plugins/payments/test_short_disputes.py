"""Disputes that are lost about a payment of which less was taken than the orders cost: nothing of it is here any more."""

from __future__ import annotations

import uuid

import pytest

from nakamise.contracts.orders import Orders
from nakamise.testing.fixtures import Drain
from nakamise_payments.service import PaymentService
from tests.plugins import invariants
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_disputes import STATES, lose

TAKEN = "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = $1 WHERE kind = 'charge'"
UNBOOKED = "SELECT count(*) FROM core_mail WHERE subject LIKE '%注文の残額を超える%'"
MAIL = "SELECT string_agg(text_body, ' ') FROM core_mail WHERE subject LIKE '%の返金' AND recipient = $1"


async def taken(scene: Scene, amount: int, pieces: int) -> tuple[uuid.UUID, uuid.UUID]:
    """(purchase, charge) of which somebody took ``amount`` at the provider."""
    await scene.hold_manually()
    purchase = await scene.paid(pieces=pieces)
    await scene.execute(TAKEN, amount)
    charge = await scene.charge_of(purchase)
    assert (await PaymentService(scene.stall.ctx).refresh(charge)).captured == amount
    return uuid.UUID(purchase), charge


@pytest.mark.req("CL-30", "CL-31")
async def test_all_that_was_taken_is_lost(scene: Scene, drain: Drain) -> None:
    """4 × ¥3,000 and ¥550 carriage, of which ¥8,000 were taken: no piece is left that could be shipped."""
    stall, ctx = scene.stall, scene.stall.ctx
    purchase, charge = await taken(scene, 8000, 4)
    await lose(scene, charge, "one", 8000)
    assert await stall.value(STATES, purchase) == "honten refunded"
    assert await stall.stock_of(scene.goods) == (10, 0), "what was not sent is free again"
    async with ctx.read() as tx:
        order = await ctx.service(Orders).get(tx, uuid.UUID(await scene.order_of(str(purchase))))
    [refund] = order.refunds
    assert (refund.cash, refund.untaken, refund.deduction) == (12_550, 4550, 0)
    assert await stall.value("SELECT untaken FROM shop_order") == 4550
    await drain(stall.tenant)
    assert await stall.value(UNBOOKED) == 0, "all of it is known"
    said = str(await stall.value(MAIL, scene.buyer.email))
    assert "カード会社から¥8,000が返金されました" in said
    assert "¥12,550が" not in said
    assert await invariants.broken(ctx) == {}


@pytest.mark.req("CL-30", "CL-31")
async def test_what_was_taken_of_several_orders_is_lost_in_two_parts(scene: Scene, drain: Drain) -> None:
    """¥3,550 and ¥12,000, of which ¥10,000 were taken: the second dispute takes the last of it."""
    stall = scene.stall
    scene.goods_too = [(await stall.goods("bekkan", "着物", 12_000, 5), 1)]
    purchase, charge = await taken(scene, 10_000, 1)
    await lose(scene, charge, "one", 3550)
    assert await stall.value(STATES, purchase) == "bekkan paid, honten refunded", "by what they cost"
    await lose(scene, charge, "two", 6450)
    assert await stall.value(STATES, purchase) == "bekkan refunded, honten refunded"
    parts = "SELECT array_agg(untaken::int ORDER BY charge) FROM shop_order WHERE purchase_id = $1"
    assert await stall.value(parts, purchase) == [0, 5550]
    await drain(stall.tenant)
    assert await invariants.broken(stall.ctx) == {}
