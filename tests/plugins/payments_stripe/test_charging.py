"""Charges through Stripe: every answer, every lost answer, and what webhooks and return pages do at once."""

from __future__ import annotations

import asyncio
import time
import uuid

import asyncpg
import pytest

from nakamise.contracts.payments import PaymentState
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.money import Money
from nakamise.plugin.context import Actor
from nakamise_payments_stripe.provider import StripeProvider
from tests.plugins.payments_stripe.counter import BOOKED, WEBHOOK, Counter, broken
from tests.plugins.payments_stripe.stripe_server.books import SHAPES


async def test_a_card_is_charged_once_with_its_fee(counter: Counter) -> None:
    payment = await counter.paid(11330)
    assert payment.state is PaymentState.SUCCEEDED
    intent = await counter.intent(payment)
    assert intent["amount"] == 11330, "yen have no minor unit"
    assert await counter.booked(payment) == 11330
    fee = await counter.value(
        "SELECT amount FROM payments_transfer WHERE kind = 'fee' AND op_id = $1", payment.id
    )
    assert fee == 407


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("pm_card_visa_chargeDeclined", "カードが承認されませんでした"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "残高"),
        ("pm_unknown", "お支払いを完了できません"),
    ],
)
async def test_a_refused_card_says_why_and_leaves_the_purchase_payable(
    counter: Counter, token: str, words: str
) -> None:
    payment = await counter.paid(5000, token)
    assert payment.state is PaymentState.FAILED
    assert words in (payment.failure or "")
    again = await counter.paid(5000, subject=payment.subject)
    assert again.state is PaymentState.SUCCEEDED


@pytest.mark.parametrize("fault", ["lose_answer", "lose_request", "500", "500_done", "429"])
async def test_an_unknown_outcome_ends_by_stripes_word_alone(counter: Counter, fault: str) -> None:
    counter.stripe.faults.append(("POST /v1/payment_intents", fault))
    payment = await counter.paid()
    assert payment.state is PaymentState.UNKNOWN
    with pytest.raises(Conflict):
        await counter.open(subject=payment.subject)
    await counter.settle()
    if fault == "500":
        assert await counter.state(payment) == "unknown", "Stripe may have done it all the same"
        await counter.minutes_pass()
        await counter.settle()
    if fault in ("lose_answer", "500_done"):
        assert await counter.state(payment) == "succeeded"
    else:
        assert await counter.state(payment) == "canceled", "its key can never charge any more"
        assert (await counter.paid(subject=payment.subject)).state is PaymentState.SUCCEEDED
    assert await counter.booked(payment) == 5000


@pytest.mark.req("CL-30")
async def test_a_time_out_is_waited_out_and_the_payment_is_looked_up(counter: Counter) -> None:
    """Stripe charges after we gave up waiting: the same key finds it, and nobody pays twice."""
    await counter.configure(answer_within=1)
    counter.stripe.faults.append(("POST /v1/payment_intents", "slow:1.4"))
    began = time.monotonic()
    payment = await counter.paid(5000)
    assert 0.9 < time.monotonic() - began < 10
    assert payment.state is PaymentState.UNKNOWN
    with pytest.raises(Conflict):
        await counter.open(subject=payment.subject)
    await asyncio.sleep(0.6)
    await counter.settle()
    assert await counter.state(payment) == "succeeded"
    made = [
        one for one in counter.stripe.books.all("charge") if one["transfer_group"] == str(payment.subject)
    ]
    assert [one["amount_captured"] for one in made] == [5000]
    assert await counter.booked(payment) == 5000
    await counter.configure()


async def test_a_request_that_comes_after_its_cancellation_charges_nothing(counter: Counter) -> None:
    op_id = uuid.uuid4()
    provider = StripeProvider(counter.ctx)
    await provider.cancel(op_id, Money(700, "JPY"))
    calls = provider._calls
    from nakamise_payments_stripe.calls import KeyTaken

    with pytest.raises(KeyTaken):
        await calls.post(
            "/v1/payment_intents",
            str(op_id),
            amount=700,
            currency="jpy",
            confirm=True,
            payment_method="pm_card_visa",
            return_url="http://x.example/",
        )
    states = [
        one["status"]
        for one in counter.stripe.books.all("payment_intent")
        if one["metadata"].get("op_id") == str(op_id)
    ]
    assert states == ["canceled"]


async def test_webhooks_are_checked_kept_once_and_harmless_in_any_order(counter: Counter) -> None:
    payment = await counter.paid(token="pm_card_threeDSecureRequired")
    assert payment.state is PaymentState.REQUIRES_ACTION
    assert (payment.action_url or "").startswith(counter.stripe.origin)
    intent = await counter.intent(payment)
    counter.stripe.intents.take(intent)
    events = await counter.news()
    last = events[-1]
    assert await counter.deliver(last, secret="whsec_someoneelse") == 400
    assert await counter.deliver(last, at=int(time.time()) - 400) == 400
    assert (await counter.client().post(WEBHOOK, content=b"{}")).status_code == 400
    assert await counter.state(payment) == "requires_action"
    for event in [*reversed(events), *events, last]:
        assert await counter.deliver(event) == 200
    assert await counter.state(payment) == "succeeded"
    assert await counter.booked(payment) == 5000
    kept = await counter.value(
        "SELECT count(*) FROM payments_stripe_event WHERE object_id = $1", intent["id"]
    )
    assert kept == len([one for one in events if one["data"]["object"]["id"] == intent["id"]])
    unknown = counter.stripe.books.tell("invoice.paid", {"id": "in_1", "object": "invoice"})
    assert await counter.deliver(unknown) == 200
    assert await counter.value(
        "SELECT handled_at IS NOT NULL FROM payments_stripe_event WHERE id = $1", unknown["id"]
    )


async def test_webhook_return_page_and_reconciler_at_once_book_once(counter: Counter) -> None:
    payment = await counter.paid(token="pm_card_threeDSecureRequired")
    counter.stripe.intents.take(await counter.intent(payment))
    events = await counter.news()
    await asyncio.gather(
        *(counter.deliver(event) for event in events for _ in range(2)),
        *(counter.payments.refresh(payment.id) for _ in range(4)),
        counter.settle(),
    )
    assert await counter.state(payment) == "succeeded"
    assert await counter.booked(payment) == 5000
    assert await counter.value("SELECT count(*) FROM payments_transfer WHERE op_id = $1", payment.id) == 2
    # The negative control: without the ledger's key the same money would be there twice, and this test would see it.
    again = (
        "INSERT INTO payments_transfer (id, idem, debit, credit, amount, currency, kind, op_id)"
        " SELECT gen_random_uuid(), idem || $2, debit, credit, amount, currency, kind, op_id FROM payments_transfer"
        " WHERE op_id = $1 AND kind = 'capture'"
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        await counter.execute(again, payment.id, "")
    async with counter.undone() as tx:
        await tx.execute(again, payment.id, " and again")
        assert await tx.value(BOOKED, payment.subject) == 10_000
        assert await broken(tx) != {}


async def test_an_event_that_stripe_does_not_answer_about_is_handled_later(counter: Counter) -> None:
    payment = await counter.paid(token="pm_card_threeDSecureRequired")
    counter.stripe.intents.take(await counter.intent(payment))
    event = (await counter.news())[-1]
    counter.stripe.faults.append(("GET /v1/payment_intents", "500"))
    assert await counter.deliver(event) == 200
    assert await counter.state(payment) == "requires_action"
    await counter.execute("UPDATE payments_stripe_event SET next_at = now()")
    await counter.deliver(event)
    assert await counter.state(payment) == "succeeded"


async def test_a_bank_that_says_no_fails_the_payment(counter: Counter) -> None:
    payment = await counter.paid(token="pm_card_threeDSecureRequired")
    counter.stripe.intents.fail(await counter.intent(payment), "payment_intent_authentication_failure")
    after = await counter.payments.refresh(payment.id)
    assert after.state is PaymentState.FAILED
    assert "本人確認" in (after.failure or "")


@pytest.mark.req("BX-16")
async def test_konbini_has_a_voucher_until_the_end_of_a_day_in_japan(counter: Counter) -> None:
    payment = await counter.paid(3000, "konbini", way="payments_stripe:konbini")
    assert payment.state is PaymentState.REQUIRES_ACTION
    assert payment.instructions is not None
    due = payment.instructions.due_at.astimezone(counter.tenant.zone)
    assert (due.hour, due.minute, due.second) == (23, 59, 59)
    assert {code.store for code in payment.instructions.codes} >= {"lawson", "familymart"}
    ways = [method.provider_id for method in counter.payments.methods(Money(300_000, "JPY"))]
    assert "payments_stripe:konbini" in ways
    ways = [method.provider_id for method in counter.payments.methods(Money(300_001, "JPY"))]
    assert ways == ["payments_stripe"]
    with pytest.raises(Conflict):
        await counter.open(300_001, way="payments_stripe:konbini")
    counter.stripe.intents.take(await counter.intent(payment))
    await counter.deliver_news()
    assert await counter.state(payment) == "succeeded"
    await counter.give_back(payment, 1000)
    assert await counter.op_state("refund", payment) == "by_hand", "the rail gives nothing back"


async def test_a_voucher_that_runs_out_fails(counter: Counter) -> None:
    payment = await counter.paid(3000, "konbini", way="payments_stripe:konbini")
    counter.stripe.intents.fail(await counter.intent(payment), "payment_intent_payment_attempt_expired")
    await counter.settle()
    assert await counter.state(payment) == "failed"


@pytest.mark.req("GA-04")
async def test_a_kept_card_is_its_owners_alone(counter: Counter) -> None:
    kept = await counter.paid(save=True)
    assert kept.state is PaymentState.SUCCEEDED
    buyer = counter.as_buyer()
    async with counter.ctx.read() as tx:
        card = (await buyer.saved(tx))[0]  # the latest; other tests keep one, too
    assert (card.brand, card.last4) == ("visa", "4242")
    again = await counter.paid(1200, card.token)
    assert again.state is PaymentState.SUCCEEDED
    assert (await counter.intent(again))["customer"] == (await counter.intent(kept))["customer"]
    thief = Actor(user_id=uuid.uuid4(), display_name="x", email="x@example.com")
    payment = await counter.open(900)
    with pytest.raises(NotFound):
        await counter.as_buyer(thief).submit(payment.id, card.token, "x", "/")
    await buyer.forget(card.id)
    async with counter.ctx.read() as tx:
        assert card.id not in [one.id for one in await buyer.saved(tx)]
    with pytest.raises(NotFound):
        await buyer.submit(payment.id, card.token, "x", "/")
    assert counter.stripe.calls[-1].endswith("/detach")


@pytest.mark.req("CL-32")
async def test_no_card_number_ever_reaches_our_database(counter: Counter) -> None:
    """The server saw the number of its own test card; nothing of ours holds more than the last four."""
    # Whoever bought in a browser before told Stripe their number themselves.
    before = len(counter.stripe.bodies)
    kept = await counter.paid(save=True)
    tables = "SELECT string_agg(quote_ident(table_name), ',') FROM information_schema.tables WHERE table_schema = $1"
    names = str(await counter.value(tables, counter.tenant.schema)).split(",")
    async with counter.ctx.read() as tx:
        assert await _holding(tx, names, "4242424242424242") == []
    # The negative control: a number that somebody wrote down is found.
    async with counter.undone() as tx:
        await tx.execute("UPDATE payments_op SET note = '4242424242424242' WHERE id = $1", kept.id)
        assert await _holding(tx, names, "4242424242424242") == ["payments_op"]
    sent = counter.stripe.bodies[before:]
    assert sent
    assert not any("4242424242424242" in body for body in sent), "we never sent it either"


async def _holding(tx: Tx, names: list[str], word: str) -> list[str]:
    """The tables with a row in which the word stands."""
    query = "SELECT EXISTS (SELECT 1 FROM {name} t WHERE strpos(t::text, $1) > 0)"
    return [name for name in names if await tx.value(query.format(name=name), word)]


async def test_our_objects_have_the_fields_and_types_of_stripes_samples(counter: Counter) -> None:
    books, moves = counter.stripe.books, counter.stripe.moves
    payment = await counter.paid(save=True)
    account = moves.account({})
    moves.onboard(account)
    moves.reverse(
        moves.transfer({"amount": "10", "currency": "jpy", "destination": account["id"]}), {"amount": "5"}
    )
    await counter.give_back(payment, 100)
    await counter.settle()
    moves.dispute(await counter.intent(await counter.paid()))
    await counter.deliver_news()
    loose = [
        books.make("balance"),
        moves.link({"account": account["id"], "refresh_url": "http://x", "return_url": "http://x"}),
    ]
    types = {dict: "object", list: "list", str: "text", int: "number", float: "number", bool: "flag"}
    seen = set()
    for found in [*books.objects.values(), *loose]:
        shape = SHAPES[found["object"]]
        assert set(found) | {"id"} == {*shape, "id"}, found["object"]
        for name, value in found.items():
            wanted = shape.get(name, "text")
            if value is not None and wanted not in ("null", "list") and name != "data":
                assert types[type(value)] == wanted or wanted == "object", f"{found['object']}.{name}"
        seen.add(found["object"])
    assert seen == set(SHAPES)
