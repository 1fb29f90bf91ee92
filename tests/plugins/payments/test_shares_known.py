"""Shares while nobody can know them, for staff of one shop, and of what the version before wrote."""

from __future__ import annotations

import uuid

import msgspec
import pytest

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind
from nakamise.errors import Unavailable
from nakamise.money import Money
from nakamise.plugin import Actor, TenantCtx
from nakamise.testing.fixtures import Drain
from nakamise_payments import repository, shares, stuck
from nakamise_payments.older import fee_of
from nakamise_payments.sellers import pay_due
from nakamise_payments.service import PaymentService
from nakamise_payments.settling import apply
from tests.plugins import invariants
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_shares_done import give_back, left_to_staff
from tests.plugins.payments.test_short_disputes import TAKEN

BACK = "SELECT array_agg(amount::int ORDER BY id) FROM payments_op WHERE kind = 'reversal'"
SALE = "INSERT INTO payments_sale (order_id, subject, seller_id, op_id) VALUES ($1, $2, $3, $4)"
NOTED = "SELECT ARRAY[paid_by_hand, owed_back] FROM payments_sale"


def without_shop(ctx: TenantCtx) -> TenantCtx:
    """As while the shop is switched off."""
    tenant = msgspec.structs.replace(ctx.tenant, plugins=ctx.tenant.plugins - {"shop"})
    return TenantCtx(ctx.runtime, tenant, ctx.actor, ctx.runtime.host.lineup(tenant.plugins))


async def passed_on(scene: Scene, purchase: str, amount: int, *, arrives: bool = True) -> uuid.UUID:
    """A sale as the version before wrote it, with its transfer; the order."""
    ctx, seller = scene.stall.ctx, scene.stall.shops["honten"]
    order_id = await scene.order_of(purchase)
    async with ctx.begin() as tx:
        charge = await repository.lock(tx, await scene.charge_of(purchase))
        transfer = await repository.insert_child(
            tx, OpKind.TRANSFER, charge, amount, "sale", order_id, seller_id=seller
        )
        assert transfer is not None
        await tx.execute(SALE, uuid.UUID(order_id), uuid.UUID(purchase), seller, transfer)
    state = ChargeState.SUCCEEDED if arrives else ChargeState.FAILED
    await apply(ctx, transfer, ChargeStatus(state, "tr_1", Money(amount, "JPY")))
    return uuid.UUID(order_id)


@pytest.mark.req("CL-30")
async def test_nothing_comes_back_while_the_shop_is_off(scene: Scene, drain: Drain) -> None:
    """A delivery after the switch is tried again; the click of staff is refused."""
    ctx = scene.stall.ctx
    order_id = await passed_on(scene, await scene.paid(pieces=2), 5895)
    await drain(scene.stall.tenant)
    with pytest.raises(Unavailable):
        async with ctx.begin() as tx:
            await shares.adjust(without_shop(ctx), tx, order_id)
    assert await scene.stall.value(BACK) is None
    async with ctx.begin() as tx:
        await shares.adjust(ctx, tx, order_id)
    assert await scene.stall.value(BACK) is None, "nothing of it went back"
    await give_some(scene, order_id)
    await drain(scene.stall.tenant, allow_failures=True)
    failed = await scene.stall.value("SELECT id FROM payments_op WHERE kind = 'reversal'")
    assert isinstance(failed, uuid.UUID)
    with pytest.raises(Unavailable):
        await stuck.again(without_shop(ctx), failed)
    assert await scene.stall.value(BACK) == [2700]


@pytest.mark.req("CL-30")
async def test_what_staff_paid_is_not_owed_while_the_shop_is_off(scene: Scene, drain: Drain) -> None:
    order_id, share = await left_to_staff(scene, drain)
    await stuck.paid(scene.stall.ctx, order_id, "11/22 振込 77", share)
    with pytest.raises(Unavailable):
        async with scene.stall.ctx.begin() as tx:
            await shares.adjust(without_shop(scene.stall.ctx), tx, order_id)
    await pay_due(without_shop(scene.stall.ctx))
    assert await scene.stall.value(NOTED) == [share, 0]


async def give_some(scene: Scene, order_id: uuid.UUID) -> None:
    async with scene.stall.ctx.begin() as tx:
        one = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        await scene.stall.ctx.service(Orders).refund(tx, order_id, one)


@pytest.mark.req("CL-30")
async def test_a_share_is_the_same_whoever_retries_it(scene: Scene, drain: Drain) -> None:
    """Staff of one shop: ¥3,550 and ¥12,000, of which ¥10,000 were taken."""
    stall, ctx = scene.stall, scene.stall.ctx
    scene.goods_too = [(await stall.goods("bekkan", "着物", 12_000, 5), 1)]
    await scene.hold_manually()
    purchase = uuid.UUID(await scene.paid())
    await scene.execute(TAKEN, 10_000)
    await PaymentService(ctx).refresh(await scene.charge_of(str(purchase)))
    await drain(stall.tenant)
    who = await stall.buyer()
    clerk = Actor(user_id=who.id, permissions=frozenset({"payments.refund", "shop.orders"}))
    async with ctx.begin() as tx:
        named = "INSERT INTO shop_people (shop_id, user_id) VALUES ($1, $2)"
        await tx.execute(named, stall.shops["bekkan"], clerk.user_id)
        orders = await tx.values("SELECT id FROM shop_order WHERE purchase_id = $1", purchase)
        for order_id in orders:
            plant = "INSERT INTO payments_sale (order_id, subject, seller_id) VALUES ($1, $2, $3)"
            await tx.execute(plant, order_id, purchase, stall.shops["bekkan"])
    theirs = TenantCtx(ctx.runtime, ctx.tenant, clerk, ctx.lineup)
    async with ctx.read() as tx:
        by_system = [(await shares.share(ctx, tx, one)).share for one in orders]
        assert [(await shares.share(theirs, tx, one)).share for one in orders] == by_system
    assert sum(by_system) < 10_000


@pytest.mark.req("CL-30")
async def test_the_fee_of_an_older_sale_is_that_of_its_transfer(scene: Scene, drain: Drain) -> None:
    """20 % of ¥6,550 were kept, today it is another fee: of one piece ¥2,400 come back."""
    order_id = await passed_on(scene, await scene.paid(pieces=2), 5240)
    await pay_due(scene.stall.ctx)
    await give_some(scene, order_id)
    await drain(scene.stall.tenant, allow_failures=True)
    assert await scene.stall.value(BACK) == [2400]
    assert await scene.stall.value("SELECT fee_bp FROM payments_sale") == 2000
    assert await invariants.broken(scene.stall.ctx) == {}


@pytest.mark.parametrize(
    ("whole", "passed", "today_bp", "fee_bp"),
    [
        (10_000, 9000, 3000, 1000),
        (6550, 5240, 1000, 2000),
        (999, 900, 1000, 1000),  # the fee of today is rounded down, too
        (999, 999, 1000, 0),
        (0, 0, 1000, 1000),
        (100, 101, 1000, 1000),  # others bore a part: no fee says that
        (100, 0, 1000, 10_000),
        (50_000, 45_001, 1000, 1000),  # no fee leaves that
    ],
)
def test_which_fee_was_kept(whole: int, passed: int, today_bp: int, fee_bp: int) -> None:
    assert fee_of(whole, passed, today_bp) == fee_bp


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("comes_first", ["pay_due", "refund"])
async def test_what_the_version_before_noted_as_paid_is_known(
    scene: Scene, drain: Drain, comes_first: str
) -> None:
    """It writes when, and not how much: after the migration, too, while both run."""
    ctx = scene.stall.ctx
    order_id, share = await left_to_staff(scene, drain)
    async with ctx.begin() as tx:
        await tx.execute("UPDATE payments_sale SET done_at = now()")
        await ctx.audit(tx, "payments.share_paid", str(order_id), amount=share, note="振込")
    if comes_first == "pay_due":
        await pay_due(ctx)
        assert await scene.stall.value(NOTED) == [share, 0]
    await give_back(scene, drain, order_id, 3)
    assert await scene.stall.value(NOTED) == [share, share]
