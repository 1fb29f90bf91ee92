"""A key that Stripe does not take, such as while it is rolled: nothing of ours was refused, and staff are told."""

from __future__ import annotations

import pytest

from nakamise.contracts.payments import Capture
from nakamise_payments.reconciler import reconcile
from nakamise_payments_stripe.catching_up import changed, undelivered
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.payments_stripe.counter import Counter

ROLLED = "sk_test_rolled"
INTENTS = "POST /v1/payment_intents"
MAILS = "SELECT count(*) FROM core_mail WHERE subject LIKE '%Stripeがシークレットキーを受け付けません%'"


@pytest.mark.req("CL-30")
async def test_who_cannot_pay_now_pays_later(counter: Counter) -> None:
    """The try has ended, for the card is not here any more: nothing was charged, and nothing is in the way."""
    await counter.configure(secret_key=ROLLED)
    refused = await counter.paid(5000)
    assert refused.failure is not None
    assert "もう一度お試しください" in refused.failure
    assert await counter.state(refused) == "failed"
    made = [one["metadata"].get("op_id") for one in counter.stripe.books.all("payment_intent")]
    assert str(refused.id) not in made
    await counter.configure()
    paid = await counter.paid(5000, subject=refused.subject)
    assert await counter.state(paid) == "succeeded"
    assert await counter.booked(paid) == 5000
    [report] = await reconcile(counter.ctx)
    assert {refused.id, paid.id}.isdisjoint(one.op_id for one in report.differences)


@pytest.mark.req("CL-31")
async def test_what_is_reserved_is_taken_when_the_key_is_right_again(counter: Counter) -> None:
    """Refused for the moment of one call: goods may leave for what is being taken."""
    payment = await counter.paid(5000, capture=Capture.MANUAL)
    intent = await counter.intent(payment)
    counter.stripe.faults.append((f"{INTENTS}/{intent['id']}/capture", "401"))
    await counter.payments.capture(payment.subject)
    assert counter.stripe.faults == []
    assert await counter.op_state("capture", payment) == "unknown"
    await counter.settle()
    assert await counter.op_state("capture", payment) == "succeeded"
    assert await counter.state(payment) == "succeeded"


@pytest.mark.req("CL-30")
async def test_a_charge_that_never_arrived_is_not_failed_by_a_wrong_key(counter: Counter) -> None:
    """Its request may still be on its way: it is cancelled there before the buyer is told that nothing happened."""
    counter.stripe.faults.append((INTENTS, "lose_request"))
    payment = await counter.paid(5000)
    assert await counter.state(payment) == "unknown"
    counter.stripe.faults.append((INTENTS, "401"))
    await counter.settle()
    assert await counter.state(payment) == "unknown"
    await counter.settle()
    assert await counter.state(payment) == "canceled"
    assert (await counter.intent(payment))["status"] == "canceled"


@pytest.mark.req("CL-30")
async def test_staff_are_told_of_a_key_that_is_refused_once_a_day(counter: Counter) -> None:
    await admin_session(Desk(counter.ctx))
    before = await counter.value(MAILS)
    await undelivered(counter.ctx)
    assert await counter.value(MAILS) == before
    for times in (1, 2):
        await counter.configure(secret_key=ROLLED)
        for look in (undelivered, changed, undelivered):
            await look(counter.ctx)
        assert await counter.value(MAILS) == before + times, "once"
        await counter.configure()
        await undelivered(counter.ctx)
    counter.stripe.faults.append(("GET /v1/events", "500"))
    await undelivered(counter.ctx)
    assert await counter.value(MAILS) == before + 2, "Stripe was away: that is no matter of the key"
    await counter.configure(secret_key=ROLLED)
    await undelivered(counter.ctx)
    await counter.execute("UPDATE payments_stripe_refused_key SET told_at = now() - interval '25 hours'")
    await undelivered(counter.ctx)
    assert await counter.value(MAILS) == before + 4, "a day later it is still refused"
    await counter.configure()
