"""What is counted of a charge, and what is not: money that went back, was sent, or is another provider's."""

from __future__ import annotations

import uuid

import msgspec
import pytest

from nakamise.contracts.payment_movements import DisputeState, DisputeStatus
from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind, Payment, PaymentReports
from nakamise.errors import Conflict
from nakamise.ids import uuid7
from nakamise.money import Money
from nakamise.testing.fixtures import Drain
from nakamise_payments import boxes, repository
from nakamise_payments.asking import find_op, settle
from nakamise_payments.reconciler import acknowledge, payouts_stopped, reconcile
from nakamise_payments.schemas import Trouble
from nakamise_payments.settling import apply
from tests.plugins.payments.desk import Desk

REVERSED = "SELECT reversed FROM payments_op WHERE id = $1"
STATE = "SELECT state || ' ' || extra FROM payments_op WHERE id = $1"
REFUNDS = "SELECT coalesce(sum(amount), 0)::int FROM payments_op WHERE kind = 'refund' AND parent_id = $1"
KIND = "SELECT kind FROM payments_op WHERE id = $1"


async def reserved(desk: Desk, amount: int = 5000) -> Payment:
    payment = await desk.open(amount)
    await desk.execute("UPDATE payments_op SET capture = 'manual' WHERE id = $1", payment.id)
    return await desk.payments.submit(payment.id, "tok_success", "test", "/")


async def told(desk: Desk, payment: Payment) -> tuple[int, int, int]:
    """What the order's page says was taken, was not taken, and was given back."""
    async with desk.ctx.read() as tx:
        box = await boxes.box_of(desk.ctx, tx, payment.subject)
    assert box is not None
    return box.charge.captured, box.released, box.given_back


async def tell(desk: Desk, charge_id: uuid.UUID, state: DisputeState, amount: int) -> None:
    told = DisputeStatus("one", charge_id, state, Money(amount, "JPY"))
    await desk.ctx.service(PaymentReports).disputed("payments_sandbox", told)


@pytest.mark.req("CL-30", "CL-31")
async def test_what_went_back_without_being_owed_takes_nothing_of_the_rest(desk: Desk, drain: Drain) -> None:
    """¥1,000 are let go, all ¥5,000 are taken at the provider, and a dispute takes ¥500 of the ¥4,000 that are left."""
    payment = await reserved(desk)
    await desk.give_back(payment, 1000)
    await drain(desk.ctx.tenant)
    await desk.execute("UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount")
    await desk.payments.refresh(payment.id)
    await drain(desk.ctx.tenant)
    assert await desk.value(REFUNDS, payment.id) == 1000, "nobody was to take it"
    assert await told(desk, payment) == (5000, 0, 1000), "as staff see it"
    for state in (DisputeState.OPEN, DisputeState.LOST):
        await tell(desk, payment.id, state, 500)
    assert await desk.value(REVERSED, payment.id) == 1500
    with pytest.raises(Conflict):
        await desk.give_back(payment, 3501)
    await desk.give_back(payment, 3500)
    await drain(desk.ctx.tenant)
    assert await desk.value(REFUNDS, payment.id) == 4500


async def test_a_payment_beside_one_that_went_back_counts(desk: Desk, drain: Drain) -> None:
    """The first comes late and goes back, for the second is open; the second is given up, and comes late, too."""
    first = await desk.paid(5000, "tok_3ds")
    await desk.give_back(first, 0)
    await drain(desk.ctx.tenant)
    second = await desk.open(5000, first.subject)
    await desk.payments.submit(second.id, "tok_3ds", "test", "/")
    paid = ChargeStatus(ChargeState.SUCCEEDED, "late", Money(5000, "JPY"))
    await apply(desk.ctx, first.id, paid)
    assert await desk.value(STATE, first.id) == "succeeded true"
    await desk.give_back(second, 0)
    await drain(desk.ctx.tenant)
    assert await desk.value(STATE, second.id) == "canceled false"
    await apply(desk.ctx, second.id, paid)
    assert await desk.value(STATE, second.id) == "succeeded false"
    refunds = [await desk.value(REFUNDS, one.id) for one in (first, second)]
    assert refunds == [5000, 0], "one of the two is the buyer's payment"


@pytest.mark.req("CL-31")
async def test_staff_see_what_is_let_go_before_and_after_the_rest_is_taken(desk: Desk, drain: Drain) -> None:
    payment = await reserved(desk)
    await desk.give_back(payment, 1000)
    await drain(desk.ctx.tenant)
    assert await told(desk, payment) == (0, 1000, 0)
    await desk.payments.capture(payment.subject)
    await desk.give_back(payment, 300)
    await drain(desk.ctx.tenant)
    assert await told(desk, payment) == (4000, 1000, 300)


@pytest.mark.req("CL-31")
async def test_who_looked_before_less_was_taken_sends_what_is_left_of_a_refund(
    desk: Desk, drain: Drain
) -> None:
    """¥5,000 are on their way back when ¥3,000 of them are taken at the provider: a job has read the refund before."""
    payment = await reserved(desk)
    async with desk.ctx.begin() as tx:
        charge = await repository.lock(tx, payment.id)
        await repository.insert_child(tx, OpKind.CAPTURE, charge, 5000, "capture")
    await desk.give_back(payment, 5000)
    refund = await desk.value("SELECT id FROM payments_op WHERE kind = 'refund'")
    before = await find_op(desk.ctx, refund)
    await desk.execute("UPDATE payments_sandbox_charge SET state = 'succeeded', captured = 3000")
    await desk.payments.refresh(payment.id)
    after = await settle(desk.ctx, before)
    assert (before.amount, after.amount, after.state.value) == (5000, 3000, "succeeded")
    await drain(desk.ctx.tenant)
    assert await told(desk, payment) == (3000, 2000, 3000)


@pytest.mark.req("CL-31")
async def test_a_refund_that_was_sent_is_not_let_go_with_its_capture(desk: Desk, drain: Drain) -> None:
    """Only what nobody was asked for can become a release; of the other the provider's word is waited for."""
    payment = await reserved(desk)
    async with desk.ctx.begin() as tx:
        charge = await repository.lock(tx, payment.id)
        capture = await repository.insert_child(tx, OpKind.CAPTURE, charge, 5000, "capture")
    assert capture is not None
    for amount in (700, 300):
        await desk.give_back(payment, amount)
    sent, waiting = await desk.value(
        "SELECT array_agg(id ORDER BY amount DESC) FROM payments_op WHERE kind = 'refund'"
    )
    async with desk.ctx.begin() as tx:
        assert await repository.send(tx, sent)
    await apply(desk.ctx, capture, ChargeStatus(ChargeState.FAILED, "", Money(5000, "JPY")))
    assert [await desk.value(KIND, one) for one in (sent, waiting)] == ["refund", "release"]
    await drain(desk.ctx.tenant)


@pytest.mark.req("CL-30")
async def test_what_staff_know_of_one_provider_is_news_of_another(desk: Desk) -> None:
    await desk.paid(5000)
    await desk.execute("UPDATE payments_sandbox_charge SET amount = 4999")
    [report] = await reconcile(desk.ctx)
    other = msgspec.structs.replace(report, id=uuid7(), provider_id="payments_other")
    async with desk.ctx.begin() as tx:
        await repository.insert_report(tx, other)
    await acknowledge(desk.ctx, other.id, "seen")
    [again] = await reconcile(desk.ctx)
    assert [one.trouble for one in again.differences] == [Trouble.AMOUNT]
    await acknowledge(desk.ctx, report.id, "seen")
    await acknowledge(desk.ctx, again.id, "seen")
    [known] = await reconcile(desk.ctx)
    assert known.differences == [], "the control: of this one they know now"
    async with desk.ctx.read() as tx:
        assert not await payouts_stopped(tx)


@pytest.mark.req("CL-30")
async def test_nothing_is_shipped_while_a_dispute_is_open(desk: Desk) -> None:
    payment = await desk.paid(5000)
    await tell(desk, payment.id, DisputeState.OPEN, 5000)
    with pytest.raises(Conflict) as refused:
        async with desk.ctx.begin() as tx:
            await desk.payments.before_shipping(tx, payment.subject)
    assert refused.value.code == "payment_disputed"
    await tell(desk, payment.id, DisputeState.WON, 5000)
    async with desk.ctx.begin() as tx:
        await desk.payments.before_shipping(tx, payment.subject)
