"""What Stripe does not say now is asked again, and what it says of others changes nothing."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

import pytest

from nakamise.contracts.payments import Payment, ProviderUnreachable
from nakamise_payments_stripe import accounts, objects
from nakamise_payments_stripe.inbox import handle_due
from nakamise_payments_stripe.provider import StripeProvider
from tests.plugins.payments_stripe.counter import Counter
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.test_failing_stripe import STEPS, a_seller, ask, moved, state_of
from tests.plugins.payments_stripe.test_lost_news import DISPUTED

HANDLED = "SELECT handled_at IS NOT NULL FROM payments_stripe_event WHERE id = $1"
BACK = "https://shop.example/"


async def again(counter: Counter) -> None:
    """As if the time of the next try had come."""
    await counter.execute("UPDATE payments_stripe_event SET next_at = now() WHERE handled_at IS NULL")
    await handle_due(counter.ctx)


async def disputed(counter: Counter, payment: Payment) -> Json:
    """The event of a new dispute; nothing before it was told."""
    counter.stripe.moves.dispute(await counter.intent(payment))
    [event] = [one for one in await counter.news() if one["type"] == "charge.dispute.created"]
    return event


@pytest.mark.req("CL-30")
async def test_an_event_waits_while_stripe_refuses_our_key(counter: Counter) -> None:
    """A rolled key says nothing of the dispute; an object that Stripe does not know is another matter."""
    payment = await counter.paid(5000)
    event = await disputed(counter, payment)
    await counter.configure(secret_key="sk_test_rolled")
    assert await counter.deliver(event) == 200
    assert await counter.value(HANDLED, event["id"]) is False
    await counter.configure()
    await again(counter)
    assert await counter.value(HANDLED, event["id"]) is True
    assert await counter.value(DISPUTED, payment.id) == "open"
    unknown = counter.stripe.books.tell(
        "charge.dispute.created", event["data"]["object"] | {"id": "dp_unknown"}
    )
    assert await counter.deliver(unknown) == 200
    assert await counter.value(HANDLED, unknown["id"]) is True


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("is_told", [True, False])
async def test_a_dispute_is_known_before_its_payments_answer(counter: Counter, is_told: bool) -> None:
    """The charge's answer was lost: the intent itself says whose it is. Told of by an event, or found at night."""
    counter.stripe.faults.append(("POST /v1/payment_intents", "lose_answer"))
    payment = await counter.paid(5000)
    assert await counter.state(payment) == "unknown"
    event = await disputed(counter, payment)
    if is_told:
        assert await counter.deliver(event) == 200
    else:
        created = (await counter.intent(payment))["created"]
        told = await StripeProvider(counter.ctx).disputes(datetime.fromtimestamp(created - 60, UTC))
        assert payment.id in [one.charge_op_id for one in told]
        return
    assert await counter.value(DISPUTED, payment.id) == "open"
    assert await counter.state(payment) == "succeeded"


@pytest.mark.req("CL-30")
async def test_a_dispute_that_cannot_be_told_apart_now_waits(counter: Counter) -> None:
    counter.stripe.faults.append(("POST /v1/payment_intents", "lose_answer"))
    payment = await counter.paid(5000)
    event = await disputed(counter, payment)
    intent = await counter.intent(payment)
    counter.stripe.faults.append((f"GET /v1/payment_intents/{intent['id']}", "500"))
    await counter.deliver(event)
    assert await counter.value(HANDLED, event["id"]) is False
    await again(counter)
    assert await counter.value(DISPUTED, payment.id) == "open"


@pytest.mark.req("CL-30")
async def test_disputes_of_others_in_our_account_change_nothing(counter: Counter) -> None:
    """Of somebody without a key of ours, of another site with one, and of what was taken a second time with ours."""
    ours = await counter.paid(5000)
    keys = ("", str(uuid.uuid4()), str(ours.id))
    before = await counter.value("SELECT count(*) FROM payments_dispute")
    for key in keys:
        intent = counter.stripe.intents.create(
            {
                "amount": "1234",
                "currency": "jpy",
                "confirm": "true",
                "payment_method": "pm_card_visa",
                "return_url": BACK,
                "metadata": {"op_id": key} if key else {},
            }
        )
        await counter.news()
        counter.stripe.moves.dispute(intent)
        await counter.deliver_news()
        if key == str(ours.id):
            await _given_back(counter, intent)
    assert await counter.value("SELECT count(*) FROM payments_dispute") == before
    assert await counter.value("SELECT count(*) FROM payments_stripe_event WHERE handled_at IS NULL") == 0


async def _given_back(counter: Counter, intent: Json) -> None:
    """So that no comparison of another test finds it."""
    counter.stripe.books.objects.pop(intent["id"])
    async with counter.ctx.read() as tx:
        assert await objects.of_stripe(tx, intent["id"]) is None


async def test_an_event_about_something_without_an_id_is_kept(counter: Counter) -> None:
    """Of an endpoint for all events; Stripe would count our refusals."""
    for type_ in ("balance.available", "account.updated"):
        event = counter.stripe.books.tell(type_, {"object": "balance", "available": []})
        await counter.news()
        assert await counter.deliver(event) == 200
        assert await counter.value(HANDLED, event["id"]) is True


@pytest.mark.req("CL-30")
async def test_a_seller_is_sent_to_the_account_that_we_know(counter: Counter) -> None:
    """Stripe has failed once, and two clicks at once make an account each: one of them is the seller's."""
    await counter.configure(pays_sellers=True)
    seller = uuid.uuid4()
    counter.stripe.faults.append(("POST /v1/accounts", "500"))
    with pytest.raises(ProviderUnreachable):
        await accounts.onboarding_url(counter.ctx, seller, BACK)
    counter.stripe.faults += [("POST /v1/accounts", "slow:0"), ("POST /v1/accounts", "slow:1")]
    first = asyncio.create_task(accounts.onboarding_url(counter.ctx, seller, BACK))
    while counter.stripe.faults:
        await asyncio.wait([first], timeout=0.01)
    urls = [await accounts.onboarding_url(counter.ctx, seller, BACK), await first]
    made = [
        one for one in counter.stripe.books.all("account") if one["metadata"].get("seller_id") == str(seller)
    ]
    assert len(made) == 2, "else this shows nothing"
    async with counter.ctx.read() as tx:
        known = await accounts.of_seller(tx, seller)
    assert known is not None
    assert [url.rpartition("/")[2] for url in urls] == [known.account] * 2
    await counter.configure()


@pytest.mark.req("CL-30")
async def test_what_goes_back_waits_while_stripe_refuses_our_key(counter: Counter) -> None:
    """A refund, a share and its reversal were not refused: they are sent when the key is right again, once."""
    seller = await a_seller(counter)
    payment = await counter.paid(9000)
    for kind, _path, amount in STEPS:
        op_id = await ask(counter, kind, payment, amount, seller)
        await counter.configure(secret_key="sk_test_rolled", pays_sellers=True)
        await counter.settle()
        assert await state_of(counter, op_id) == "unknown", kind
        await counter.configure(pays_sellers=True)
        await counter.settle()
        assert await state_of(counter, op_id) == "succeeded", kind
        assert moved(counter, op_id) == [amount], kind
    await counter.configure()
