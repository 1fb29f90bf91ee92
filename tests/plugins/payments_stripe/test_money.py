"""What follows a charge at Stripe: captures and their end, refunds, disputes, shops' shares, and the comparison."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from nakamise.contracts.payments import Capture, ChargeState, ChargeStatus, OpKind, PaymentState
from nakamise.errors import Conflict
from nakamise_payments import by_hand, captures, repository
from nakamise_payments.reconciler import acknowledge, payouts_stopped, reconcile
from nakamise_payments.schemas import Trouble
from nakamise_payments.settling import apply
from nakamise_payments.shares import share_of
from nakamise_payments.watching import watch
from nakamise_payments_stripe import accounts
from nakamise_payments_stripe.provider import StripeProvider
from tests.faults.careless import Lapse
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.payments_stripe.counter import Counter

MANUAL = Capture.MANUAL
NEAR = "UPDATE payments_op SET capture_before = now() + $2 * interval '1 hour' WHERE id = $1"


@pytest.mark.req("CL-31", "CL-15")
async def test_a_reserved_amount_is_taken_once_and_what_was_let_go_is_not(counter: Counter) -> None:
    payment = await counter.paid(5000, capture=MANUAL)
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.capture_before is not None
    assert (payment.captured, await counter.booked(payment)) == (0, 0)
    await counter.give_back(payment, 1200, "order-2")
    taken = await asyncio.gather(*(counter.payments.capture(payment.subject) for _ in range(4)))
    await counter.settle()
    assert {one.captured for one in taken} <= {0, 3800}
    assert await counter.state(payment) == "succeeded"
    assert await counter.booked(payment) == 3800
    assert (await counter.intent(payment))["amount_received"] == 3800
    with pytest.raises(Conflict):
        await counter.give_back(payment, 3801)
    await counter.give_back(payment, 3800)
    await counter.settle()
    assert await counter.booked(payment) == 0
    assert await counter.op_state("release", payment) == "succeeded"


async def test_no_more_goes_back_than_was_taken_at_stripe(counter: Counter) -> None:
    """Somebody takes ¥3,000 of ¥5,000 on Stripe's own pages."""
    payment = await counter.paid(5000, capture=MANUAL)
    intents = counter.stripe.intents
    intents.capture(await counter.intent(payment), {"amount_to_capture": "3000"})
    await counter.deliver_news()
    assert await counter.booked(payment) == 3000
    with pytest.raises(Conflict):
        await counter.give_back(payment, 3001)
    await counter.give_back(payment, 3000)
    await counter.settle()
    assert await counter.op_state("refund", payment) == "succeeded"
    assert await counter.op_state("release", payment) == "succeeded"
    assert await counter.booked(payment) == 0


@pytest.mark.req("CL-31")
@pytest.mark.parametrize(
    ("wanted", "goes_back", "is_let_go"),
    [((5000,), [3000], [2000]), ((1200, 3800), [1200, 1800], [2000]), ((3000, 2000), [3000], [2000])],
)
async def test_refunds_that_waited_are_no_more_than_was_taken(
    counter: Counter, wanted: tuple[int, ...], goes_back: list[int], is_let_go: list[int]
) -> None:
    """Ours is on its way when somebody takes ¥3,000 of ¥5,000 on Stripe's own pages: nothing is left to staff."""
    payment = await counter.paid(5000, capture=MANUAL)
    intent = await counter.intent(payment)
    counter.stripe.faults.append((f"POST /v1/payment_intents/{intent['id']}/capture", "lose_request"))
    await counter.payments.capture(payment.subject)
    for number, amount in enumerate(wanted):
        await counter.give_back(payment, amount, f"order-{number}")
    counter.stripe.intents.capture(intent, {"amount_to_capture": "3000"})
    for _ in range(3):
        await counter.settle()
    assert await counter.booked(payment) == 0
    ended = (
        "SELECT coalesce(array_agg(amount::int ORDER BY reference), '{}') FROM payments_op"
        " WHERE parent_id = $1 AND kind = $2 AND state = 'succeeded'"
    )
    assert await counter.value(ended, payment.id, "refund") == goes_back
    assert await counter.value(ended, payment.id, "release") == is_let_go
    open_ones = (
        "SELECT count(*) FROM payments_op WHERE parent_id = $1 AND state NOT IN ('succeeded', 'failed')"
    )
    assert await counter.value(open_ones, payment.id) == 0


async def test_nothing_is_taken_and_nothing_leaves_on_a_reservation_that_has_ended(counter: Counter) -> None:
    payment = await counter.paid(capture=MANUAL)
    await counter.execute(NEAR, payment.id, -1)
    with pytest.raises(Conflict):
        await counter.payments.capture(payment.subject)
    with pytest.raises(Conflict):
        async with counter.ctx.begin() as tx:
            await counter.payments.before_shipping(tx, payment.subject)
    # The negative control: the same code without its rule asks Stripe, which still takes it.
    late = await counter.paid(capture=MANUAL)
    await counter.execute(NEAR, late.id, -1)
    careless = counter.careless(Lapse(cuts={" OR capture_before > now()": " OR true"}))
    assert (await careless.payments.capture(late.subject)).captured == 5000
    # Our clock says that there is time, and the bank knows better.
    await counter.execute(NEAR, payment.id, 100)
    counter.stripe.intents.end(await counter.intent(payment), "automatic")
    after = await counter.payments.capture(payment.subject)
    assert after.state is PaymentState.CANCELED
    assert await counter.op_state("capture", payment) == "failed"
    assert await counter.booked(payment) == 0
    with pytest.raises(Conflict):
        async with counter.ctx.begin() as tx:
            await counter.payments.before_shipping(tx, payment.subject)


@pytest.mark.parametrize("fault", ["lose_answer", "lose_request"])
async def test_a_capture_whose_answer_is_lost_happens_once(counter: Counter, fault: str) -> None:
    payment = await counter.paid(capture=MANUAL)
    path = f"POST /v1/payment_intents/{(await counter.intent(payment))['id']}/capture"
    counter.stripe.faults.append((path, fault))
    assert (await counter.payments.capture(payment.subject)).state is PaymentState.AUTHORIZED
    await counter.settle()
    assert await counter.state(payment) == "succeeded"
    assert await counter.booked(payment) == 5000


async def test_a_webhook_may_know_of_the_capture_first(counter: Counter) -> None:
    payment = await counter.paid(capture=MANUAL)
    intent = await counter.intent(payment)
    counter.stripe.faults.append((f"POST /v1/payment_intents/{intent['id']}/capture", "lose_answer"))
    await counter.payments.capture(payment.subject)
    await counter.deliver_news()
    assert await counter.state(payment) == "succeeded"
    await counter.settle()
    assert await counter.op_state("capture", payment) == "succeeded"
    assert await counter.booked(payment) == 5000


@pytest.mark.req("CL-31")
async def test_a_refund_that_waits_for_a_capture_goes_back_once(counter: Counter) -> None:
    payment = await counter.paid(capture=MANUAL)
    path = f"POST /v1/payment_intents/{(await counter.intent(payment))['id']}/capture"
    counter.stripe.faults.append((path, "lose_answer"))
    await counter.payments.capture(payment.subject)
    await counter.give_back(payment, 1200, "order-1")
    await counter.settle()
    await counter.settle()
    assert await counter.state(payment) == "succeeded"
    charge = counter.stripe.books.get("charge", (await counter.intent(payment))["latest_charge"])
    assert (charge["amount_captured"], charge["amount_refunded"]) == (5000, 1200)
    assert await counter.booked(payment) == 3800


async def test_a_refund_that_waited_for_a_capture_that_failed_is_let_go(counter: Counter) -> None:
    """The next capture takes less, and what was never taken is not refunded as well."""
    payments = [await counter.paid(capture=MANUAL) for _ in range(2)]
    for payment in payments:
        path = f"POST /v1/payment_intents/{(await counter.intent(payment))['id']}/capture"
        counter.stripe.faults.append((path, "lose_request"))
        await counter.payments.capture(payment.subject)
        await counter.give_back(payment, 1200, "order-1")
    taken, ended = payments
    capture = await counter.value(
        "SELECT id FROM payments_op WHERE kind = 'capture' AND parent_id = $1", taken.id
    )
    await apply(counter.ctx, capture, ChargeStatus(ChargeState.FAILED, "", taken.amount))
    assert (await counter.payments.capture(taken.subject)).captured == 3800
    counter.stripe.intents.end(await counter.intent(ended), "automatic")
    await counter.settle()
    await counter.settle()
    charge = counter.stripe.books.get("charge", (await counter.intent(taken))["latest_charge"])
    assert (charge["amount_captured"], charge["amount_refunded"]) == (3800, 0)
    assert await counter.state(ended) == "canceled"
    for payment, left in ((taken, 3800), (ended, 0)):
        assert await counter.op_state("release", payment) == "succeeded"
        assert await counter.booked(payment) == left
    assert await counter.broken() == {}


@pytest.mark.req("CL-31")
@pytest.mark.parametrize(("at_expiry", "ends_as"), [("cancel", "canceled"), ("capture", "succeeded")])
async def test_staff_are_warned_twice_and_then_the_settings_decide(
    counter: Counter, at_expiry: str, ends_as: str
) -> None:
    payment = await counter.paid(capture=MANUAL, at_expiry=at_expiry)
    warned = "SELECT warned FROM payments_op WHERE id = $1"
    await admin_session(Desk(counter.ctx))
    mails = "SELECT count(*) FROM core_mail WHERE subject LIKE '%与信の期限が近い決済が%' AND recipient = 'boss@example.com'"
    before = await counter.value(mails)
    for hours, level in ((49, 0), (47, 1), (46, 1), (23, 2), (22, 2)):
        await counter.execute(NEAR, payment.id, hours)
        await watch(counter.ctx)
        assert await counter.value(warned, payment.id) == level
        assert await counter.value(mails) == before + level
    assert await counter.state(payment) == "authorized"
    await counter.execute(NEAR, payment.id, 2)
    await watch(counter.ctx)
    assert await counter.state(payment) == ends_as


@pytest.mark.req("CL-31")
async def test_what_is_being_taken_is_not_let_go_at_its_end(counter: Counter) -> None:
    """Goods leave once a capture is written down; its request is lost, and the reservation is about to end."""
    payment = await counter.paid(capture=MANUAL, at_expiry="cancel")
    path = f"POST /v1/payment_intents/{(await counter.intent(payment))['id']}/capture"
    counter.stripe.faults.append((path, "lose_request"))
    assert (await counter.payments.capture(payment.subject)).state is PaymentState.AUTHORIZED
    async with counter.ctx.begin() as tx:
        await counter.payments.before_shipping(tx, payment.subject)
    await counter.execute(NEAR, payment.id, 2)
    await watch(counter.ctx)
    assert await counter.state(payment) == "succeeded"
    assert await counter.booked(payment) == 5000
    assert (await counter.intent(payment))["amount_received"] == 5000


@pytest.mark.req("CL-31")
async def test_taking_and_letting_go_at_once_end_in_one_of_both(counter: Counter) -> None:
    """A capture that is written down while the watch waits for the charge's lock is seen by it."""
    payment = await counter.paid(capture=MANUAL, at_expiry="cancel")
    await counter.execute(NEAR, payment.id, 2)
    async with counter.ctx.begin() as tx:
        _, capture = await captures.ask(tx, payment.subject)
        watching = asyncio.create_task(watch(counter.ctx))
        await asyncio.sleep(0.5)
        assert not watching.done(), "it waits for who takes it"
    await watching
    assert capture is not None
    assert await counter.value("SELECT given_up FROM payments_op WHERE id = $1", payment.id) is False
    assert await counter.state(payment) == "succeeded"
    assert await counter.booked(payment) == 5000


async def test_a_void_gives_the_reservation_back(counter: Counter) -> None:
    payment = await counter.paid(capture=MANUAL)
    await counter.give_back(payment, 5000, "order-1")
    await counter.settle()
    assert await counter.state(payment) == "canceled"
    assert (await counter.intent(payment))["status"] == "canceled"


async def test_two_refunds_over_the_rest_cannot_both_go(counter: Counter) -> None:
    payment = await counter.paid(100)
    answers = await asyncio.gather(
        *(counter.give_back(payment, 60) for _ in range(6)), return_exceptions=True
    )
    assert sum(answer is None for answer in answers) == 1
    await counter.settle()
    assert await counter.booked(payment) == 40
    # The negative control: without the rule in the statement and the one in the table, two would go.
    both = await counter.paid(100)
    no_rule = Lapse(cuts={" AND amount - reversed >= $2": ""})
    answers = await asyncio.gather(
        *(counter.careless(no_rule).give_back(both, 60) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["CheckViolationError", "NoneType"]
    # And were it let through, Stripe would refuse it.
    provider = StripeProvider(counter.ctx)
    refused = await provider.refund(uuid.uuid4(), payment.id, payment.amount)
    assert refused.state.value == "failed"


@pytest.mark.parametrize("fault", ["lose_answer", "lose_request", "429"])
async def test_a_refund_whose_answer_is_lost_goes_back_once(counter: Counter, fault: str) -> None:
    payment = await counter.paid()
    counter.stripe.faults.append(("POST /v1/refunds", fault))
    await counter.give_back(payment, 1000)
    await counter.settle()
    await counter.settle()
    assert await counter.op_state("refund", payment) == "succeeded"
    intent = await counter.intent(payment)
    assert counter.stripe.books.get("charge", intent["latest_charge"])["amount_refunded"] == 1000
    assert await counter.booked(payment) == 4000


async def test_a_refund_that_comes_back_from_the_bank_is_paid_by_hand(counter: Counter) -> None:
    payment = await counter.paid()
    await counter.give_back(payment, 1500)
    await counter.settle()
    [refund] = [
        one
        for one in counter.stripe.books.all("refund")
        if one["payment_intent"] == (await counter.intent(payment))["id"]
    ]
    counter.stripe.moves.bounce(refund)
    await counter.deliver_news()
    assert await counter.op_state("refund", payment) == "by_hand"
    assert await counter.booked(payment) == 5000
    op_id = await counter.value(
        "SELECT id FROM payments_op WHERE kind = 'refund' AND parent_id = $1", payment.id
    )
    await by_hand.paid(counter.ctx, op_id, "振込 11/25 三井")
    await counter.deliver_news()
    assert await counter.booked(payment) == 3500
    with pytest.raises(Conflict):
        await by_hand.retry(counter.ctx, op_id)


@pytest.mark.req("BX-16")
async def test_a_refund_that_waits_for_the_bank_and_fails_is_told_once(counter: Counter) -> None:
    """Stripe tells of it in pairs of events. While it waits, and after it failed, the books agree."""
    await admin_session(Desk(counter.ctx))
    [before] = await reconcile(counter.ctx)
    await acknowledge(counter.ctx, before.id, "seen")
    known = {one.op_id for one in before.differences}
    payment, moves = await counter.paid(), counter.stripe.moves
    moves.slow_banks = True
    await counter.give_back(payment, 1511)
    await counter.settle()
    moves.slow_banks = False
    assert await counter.op_state("refund", payment) == "unknown"
    intent = (await counter.intent(payment))["id"]
    [refund] = [one for one in counter.stripe.books.all("refund") if one["payment_intent"] == intent]
    old = "UPDATE payments_op SET first_sent_at = now() - interval '5 hours' WHERE parent_id = $1"
    await counter.execute(old, payment.id)
    for ending in (None, moves.bounce):
        if ending:
            ending(refund)
            for event in [*await counter.news()] * 2:
                assert await counter.deliver(event) == 200
        for one in counter.stripe.books.all("balance_transaction"):
            if one["source"] == refund["id"]:
                one["created"] -= 5 * 3600
        [report] = await reconcile(counter.ctx)
        await acknowledge(counter.ctx, report.id, "seen")
        assert {one.op_id for one in report.differences} <= known
    assert await counter.op_state("refund", payment) == "by_hand"
    assert await counter.booked(payment) == 5000
    mails = "SELECT count(*) FROM core_mail WHERE subject LIKE '%返金が購入者に届いていません%' AND text_body LIKE '%¥1,511%'"
    assert await counter.value(mails) == 1


@pytest.mark.parametrize(("outcome", "left"), [("won", 5000), ("lost", 0)])
async def test_a_dispute_holds_the_money_and_stops_refunds(counter: Counter, outcome: str, left: int) -> None:
    payment = await counter.paid()
    dispute = counter.stripe.moves.dispute(await counter.intent(payment))
    await counter.deliver_news()
    assert await counter.booked(payment) == 0
    with pytest.raises(Conflict):
        await counter.give_back(payment, 100)
    with pytest.raises(Conflict):
        async with counter.ctx.begin() as tx:
            await counter.payments.before_shipping(tx, payment.subject)
    counter.stripe.moves.close(dispute, outcome)
    events = await counter.news()
    for event in [*events, *events]:
        await counter.deliver(event)
    assert await counter.booked(payment) == left


@pytest.mark.req("CL-30")
async def test_a_shop_with_its_own_account_gets_its_share_and_gives_it_back(counter: Counter) -> None:
    await counter.configure(pays_sellers=True)
    seller = uuid.uuid4()
    url = await accounts.onboarding_url(counter.ctx, seller, "https://shop.example/admin")
    assert url.startswith(counter.stripe.origin)
    assert await accounts.onboarding_url(counter.ctx, seller, "https://shop.example/admin")
    made = [one["metadata"].get("seller_id") for one in counter.stripe.books.all("account")]
    assert made.count(str(seller)) == 1, "the account is made once"
    provider = StripeProvider(counter.ctx)
    async with counter.ctx.read() as tx:
        assert not await provider.seller_ready(tx, seller)
        known = await accounts.of_seller(tx, seller)
    assert known is not None
    assert "external_account" in known.requirements
    counter.stripe.moves.onboard(counter.stripe.books.get("account", known.account))
    await counter.deliver_news()
    async with counter.ctx.read() as tx:
        assert await provider.seller_ready(tx, seller)
    payment = await counter.paid(10_000)
    async with counter.ctx.begin() as tx:
        charge = await repository.lock(tx, payment.id)
        share = share_of(6000, 0, 1000)
        transfer = await repository.insert_child(
            tx, OpKind.TRANSFER, charge, share, "sale", str(uuid.uuid4()), seller_id=seller
        )
    assert transfer is not None
    counter.stripe.faults.append(("POST /v1/transfers", "lose_answer"))
    await counter.settle()
    await counter.settle()
    assert await counter.op_state("transfer", payment) == "succeeded"
    assert await counter.booked(payment) == 10_000 - 5400
    async with counter.ctx.begin() as tx:
        op = await repository.lock(tx, transfer)
        excess = op.amount - share_of(6000, 1000, 1000)
        await repository.take_from_transfer(tx, Conflict("x"), transfer, excess)
        await repository.insert_child(tx, OpKind.REVERSAL, op, excess, "sale", seller_id=seller)
    await counter.settle()
    assert await counter.booked(payment) == 10_000 - 4500
    shares = [one for one in counter.stripe.books.all("transfer") if one["destination"] == known.account]
    assert [one["amount_reversed"] for one in shares] == [900]


async def test_lost_events_are_found_by_the_comparison_and_payouts_wait_for_a_word(counter: Counter) -> None:
    await counter.settle()
    [report] = await reconcile(counter.ctx)
    await acknowledge(counter.ctx, report.id, "start")
    # Other tests made intents of no op of ours.
    before = {one.op_id for one in report.differences}
    payment = await counter.paid()
    await counter.give_back(payment, 500)
    await counter.settle()
    [report] = await reconcile(counter.ctx)
    assert {one.op_id for one in report.differences} <= before
    await acknowledge(counter.ctx, report.id, "as before")
    refund = counter.stripe.books.all("refund")[0]
    counter.stripe.moves.bounce(refund)
    disputed = await counter.paid(700)
    counter.stripe.moves.dispute(await counter.intent(disputed))
    await counter.news()  # all of them are lost
    [report] = await reconcile(counter.ctx)
    assert [one.trouble for one in report.differences if one.op_id not in before] == [Trouble.STATE]
    assert await counter.op_state("refund", payment) == "by_hand", "caught up on"
    assert await counter.booked(disputed) == 0
    async with counter.ctx.read() as tx:
        assert await payouts_stopped(tx)
    await acknowledge(counter.ctx, report.id, "the bank sent it back")
    async with counter.ctx.read() as tx:
        assert not await payouts_stopped(tx)
    [report] = await reconcile(counter.ctx)
    assert {one.op_id for one in report.differences} <= before
    await acknowledge(counter.ctx, report.id, "as before")


async def test_money_for_something_that_was_paid_otherwise_meanwhile_goes_back(counter: Counter) -> None:
    """A voucher is paid after it was given up, and a card has paid in the meantime."""
    late = await counter.paid(3000, "konbini", way="payments_stripe:konbini")
    await counter.give_back(late, 0)
    await counter.settle()
    assert await counter.state(late) == "canceled"
    card = await counter.paid(3000, subject=late.subject)
    assert card.state is PaymentState.SUCCEEDED
    counter.stripe.intents.take(await counter.intent(late))
    await counter.deliver_news()
    await counter.deliver_news()
    assert await counter.state(late) == "succeeded"
    assert await counter.op_state("refund", late) == "by_hand"
    refund = await counter.value(
        "SELECT id FROM payments_op WHERE kind = 'refund' AND parent_id = $1", late.id
    )
    await by_hand.paid(counter.ctx, refund, "現金書留")
    assert await counter.booked(card) == 3000
