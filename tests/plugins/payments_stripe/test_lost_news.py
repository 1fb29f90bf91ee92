"""What nobody tells us, or what nobody can handle: events that were lost, disputes that ended, money taken twice."""

from __future__ import annotations

import uuid

import pytest

from nakamise.contracts.payments import Payment
from nakamise_payments.reconciler import acknowledge, payouts_stopped, reconcile, reconcile_monthly
from nakamise_payments.schemas import Trouble
from nakamise_payments_stripe import catching_up
from nakamise_payments_stripe._plugin import manifest
from nakamise_payments_stripe.inbox import handle_due, receive, verified
from tests.plugins.payments_stripe.counter import Counter
from tests.plugins.payments_stripe.stripe_server.books import Json

DAY = 86_400
DISPUTED = "SELECT state FROM payments_dispute WHERE op_id = $1"


async def found_of(counter: Counter, *payments: Payment, month: bool = False) -> list[Trouble]:
    """What a comparison finds about these payments and their refunds; staff have seen it then."""
    if month:
        await counter.execute("DELETE FROM payments_comparison_month")
    [report] = await (reconcile_monthly(counter.ctx) if month else reconcile(counter.ctx))
    await acknowledge(counter.ctx, report.id, "seen")
    ours = await counter.value(
        "SELECT array_agg(id) FROM payments_op WHERE subject = ANY($1)", [one.subject for one in payments]
    )
    return [one.trouble for one in report.differences if one.op_id in (ours or ())]


async def forgotten(counter: Counter, days: int) -> None:
    """All that has happened at Stripe happened days ago, and nobody was told."""
    await counter.news()
    for event in counter.stripe.books.events:
        event["created"] -= days * DAY


@pytest.mark.req("CL-30")
async def test_an_event_that_nobody_can_handle_keeps_no_other_waiting(counter: Counter) -> None:
    bad, good = [await counter.paid(amount, "pm_card_threeDSecureRequired") for amount in (700, 800)]
    for one in (bad, good):
        counter.stripe.intents.take(await counter.intent(one))
    intent = await counter.intent(bad)
    intent["amount"] = None  # no answer of Stripe's that anybody expects
    for event in await counter.news():
        if event["type"] == "payment_intent.succeeded":
            body, signature = counter.stripe.signed(event)
            await receive(counter.ctx, verified(counter.ctx, body, signature))
    await handle_due(counter.ctx)
    assert await counter.state(good) == "succeeded"
    assert await counter.state(bad) == "requires_action"
    waits = "SELECT next_at > now() AND error <> '' FROM payments_stripe_event WHERE object_id = $1 AND handled_at IS NULL"
    assert await counter.value(waits, intent["id"]) is True
    intent["amount"] = 700
    await counter.execute("UPDATE payments_stripe_event SET next_at = now() WHERE handled_at IS NULL")
    await handle_due(counter.ctx)
    assert await counter.state(bad) == "succeeded"


@pytest.mark.req("CL-30")
async def test_the_end_of_an_old_dispute_is_learnt_from_the_comparison(counter: Counter) -> None:
    payment = await counter.paid(5000)
    dispute = counter.stripe.moves.dispute(await counter.intent(payment))
    await counter.deliver_news()
    assert await counter.value(DISPUTED, payment.id) == "open"
    dispute["created"] -= 12 * DAY
    counter.stripe.moves.close(dispute, "lost")
    await counter.news()
    await found_of(counter, payment)
    assert await counter.value(DISPUTED, payment.id) == "lost"


async def taken_again(counter: Counter, payment: Payment) -> Json:
    """Stripe takes the same money a second time, with our key's metadata; its intent."""
    intent = await counter.intent(payment)
    return counter.stripe.intents.create(
        {
            "amount": str(intent["amount"]),
            "currency": "jpy",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "metadata": dict(intent["metadata"]),
            "return_url": "http://x.example/",
        }
    )


@pytest.mark.req("CL-30")
async def test_what_happened_twice_is_a_difference_until_it_is_given_back(counter: Counter) -> None:
    others = "SELECT coalesce(sum(amount), 0)::int FROM payments_transfer WHERE kind = $1"
    await found_of(counter)
    payment, refunded = await counter.paid(5000), await counter.paid(3000)
    await counter.give_back(refunded, 1000)
    await counter.settle()
    assert await found_of(counter, payment, refunded) == []
    before = await counter.value(others, "other_in")
    second = await taken_again(counter, payment)
    back = counter.stripe.books.all("refund")[0]
    counter.stripe.moves.refund(
        {"payment_intent": back["payment_intent"], "amount": "1000", "metadata": dict(back["metadata"])}
    )
    [report] = await reconcile(counter.ctx)
    # The payment, its fee and the refund.
    assert [one.trouble for one in report.differences] == [*[Trouble.TWICE] * 2, *[Trouble.MOVED] * 3]
    assert await counter.value(others, "other_in") == before, "it is nobody else's"
    async with counter.ctx.read() as tx:
        assert await payouts_stopped(tx)
    await acknowledge(counter.ctx, report.id, "given back")
    counter.stripe.moves.refund({"payment_intent": second["id"]})
    assert await found_of(counter, payment) == []
    # Here it never was ours, and the ledger still holds what Stripe holds: the fee is all that is left.
    fee = second["amount"] * 360 // 10_000
    assert await counter.value(others, "other_in") == before + 5000 - fee
    del counter.stripe.books.objects[counter.stripe.books.all("refund")[1]["id"]]


@pytest.mark.req("CL-30")
async def test_what_another_site_did_in_our_account_is_told(counter: Counter) -> None:
    """Its charge has a key that is none of ours: an event changes nothing, and the comparison names it."""
    foreign = uuid.uuid4()
    counter.stripe.intents.create(
        {
            "amount": "1234",
            "currency": "jpy",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "metadata": {"op_id": str(foreign)},
        }
    )
    await counter.deliver_news()
    assert await counter.value("SELECT count(*) FROM payments_op WHERE id = $1", foreign) == 0
    [report] = await reconcile(counter.ctx)
    await acknowledge(counter.ctx, report.id, "the other site's")
    assert [one.trouble for one in report.differences if one.op_id == foreign] == [Trouble.MISSING_HERE]


@pytest.mark.req("CL-30")
async def test_events_that_never_came_are_fetched(counter: Counter) -> None:
    """Every ten minutes what Stripe could not deliver, every hour all of it; the task is what the clock runs."""
    periods = {task.handler.partition(":")[2]: task.every_s for task in manifest.tasks}
    assert (periods["undelivered"], periods["changed"]) == (600, 3600)
    await forgotten(counter, 4)
    first, second = [await counter.paid(amount) for amount in (5000, 4000)]
    counter.stripe.moves.dispute(await counter.intent(first))
    await catching_up.undelivered(counter.ctx)
    await handle_due(counter.ctx)
    assert await counter.value(DISPUTED, first.id) == "open"
    counter.stripe.moves.dispute(await counter.intent(second))
    for event in counter.stripe.books.events:
        event["pending_webhooks"] = 0  # Stripe believes that we were told
    await catching_up.undelivered(counter.ctx)
    await handle_due(counter.ctx)
    assert await counter.value(DISPUTED, second.id) is None
    counter.stripe.faults.append(("GET /v1/events", "500"))
    await catching_up.changed(counter.ctx)
    for _ in range(2):
        await catching_up.changed(counter.ctx)
        await handle_due(counter.ctx)
    assert await counter.value(DISPUTED, second.id) == "open"
    charge = (await counter.intent(second))["latest_charge"]
    kept = "SELECT count(*) FROM payments_stripe_event WHERE object_id = $1"
    assert await counter.value(kept, charge) == 0, "nothing follows from those"


@pytest.mark.req("CL-30")
async def test_the_monthly_comparison_sees_what_the_nights_do_not(counter: Counter) -> None:
    """A refund of twelve days ago that the bank has sent back, and nobody told us."""
    await found_of(counter)
    payment = await counter.paid(5000)
    await counter.give_back(payment, 1000)
    await counter.settle()
    refund = counter.stripe.books.all("refund")[0]
    counter.stripe.moves.bounce(refund)
    await counter.news()
    await counter.execute(
        "UPDATE payments_op SET created_at = created_at - interval '12 days' WHERE subject = $1",
        payment.subject,
    )
    for one in counter.stripe.books.objects.values():
        if one.get("source") == refund["id"] or one is refund:
            one["created"] -= 12 * DAY
    assert await found_of(counter, payment) == []
    assert Trouble.STATE in await found_of(counter, payment, month=True)
    assert await counter.op_state("refund", payment) == "by_hand"
