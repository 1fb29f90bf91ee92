"""What Stripe fails at, or answers too late about: it keeps a 500 under the key, and forgets keys after a day."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from nakamise.clock import FixedClock
from nakamise.contracts.payments import Capture, OpKind, Payment, PaymentState, ProviderUnreachable
from nakamise.errors import Conflict
from nakamise.plugin.context import Actor, TenantCtx
from nakamise_payments import overview, repository
from nakamise_payments.reconciler import acknowledge, reconcile, settle_open
from nakamise_payments_stripe import accounts
from tests.plugins.payments_stripe.counter import Counter

AGED = (
    "UPDATE payments_op SET first_sent_at = now() - $2 * interval '1 hour', next_at = now() - interval '1 second'"
    " WHERE id = $1 AND state = 'unknown'"
)


async def op_of(counter: Counter, kind: str, payment: Payment) -> uuid.UUID:
    """The newest op of that kind about the payment's subject."""
    query = "SELECT id FROM payments_op WHERE kind = $1 AND subject = $2 ORDER BY created_at DESC LIMIT 1"
    found = await counter.value(query, kind, payment.subject)
    assert isinstance(found, uuid.UUID)
    return found


async def state_of(counter: Counter, op_id: uuid.UUID) -> str:
    return str(await counter.value("SELECT state FROM payments_op WHERE id = $1", op_id))


async def opened_by(counter: Counter, buyer: Actor) -> Payment:
    """¥500, of somebody whom Stripe does not know."""
    payment = await counter.open(500)
    await counter.execute("UPDATE payments_op SET payer_id = $2 WHERE id = $1", payment.id, buyer.user_id)
    return payment


async def a_seller(counter: Counter) -> uuid.UUID:
    """One with an account that takes transfers."""
    await counter.configure(pays_sellers=True)
    seller = uuid.uuid4()
    assert await accounts.onboarding_url(counter.ctx, seller, "https://shop.example/")
    async with counter.ctx.read() as tx:
        known = await accounts.of_seller(tx, seller)
    assert known is not None
    account = counter.stripe.books.get("account", known.account)
    counter.stripe.moves.onboard(account)
    await accounts.refresh(counter.ctx, seller)
    return seller


async def ask(counter: Counter, kind: str, payment: Payment, amount: int, seller: uuid.UUID) -> uuid.UUID:
    """A refund, a share or its reversal is written down; it is sent by ``settle``."""
    if kind == "refund":
        await counter.give_back(payment, amount)
        return await op_of(counter, kind, payment)
    parent_id = payment.id if kind == "transfer" else await op_of(counter, "transfer", payment)
    async with counter.ctx.begin() as tx:
        parent = await repository.lock_family(tx, parent_id)
        if kind == "reversal":
            await repository.take_from_transfer(tx, Conflict("x"), parent_id, amount)
        made = await repository.insert_child(
            tx, OpKind(kind), parent, amount, "sale", str(uuid.uuid4()), seller_id=seller
        )
    assert made is not None
    return made


def moved(counter: Counter, op_id: uuid.UUID) -> list[int]:
    """The amounts that Stripe moved with that key's metadata."""
    return [
        one["amount"]
        for kind in ("refund", "transfer", "transfer_reversal")
        for one in counter.stripe.books.all(kind)
        if one["metadata"].get("op_id") == str(op_id)
    ]


STEPS = (("refund", "refunds", 1000), ("transfer", "transfers", 3000), ("reversal", "transfers/", 700))


@pytest.mark.req("CL-30")
async def test_what_stripe_failed_at_is_done_once_and_in_minutes(counter: Counter) -> None:
    """The answer is kept for a day: it is looked up, and what certainly did not happen is asked with a new key."""
    seller = await a_seller(counter)
    payment = await counter.paid(9000)
    for kind, path, amount in STEPS:
        for fault in ("500", "500_done"):
            op_id = await ask(counter, kind, payment, amount, seller)
            counter.stripe.faults.append((f"POST /v1/{path}", fault))
            for _ in range(3):
                await counter.settle()
            if fault == "500":
                assert await state_of(counter, op_id) == "unknown", kind
                assert moved(counter, op_id) == []
                await counter.minutes_pass()
                await counter.settle()
            assert await state_of(counter, op_id) == "succeeded", kind
            assert moved(counter, op_id) == [amount], kind
    assert await counter.booked(payment) == 9000 - 2000 - 6000 + 1400
    # The bank account of a seller is not ours: what is not there any more cannot come back.
    refused = await ask(counter, "reversal", payment, 800, seller)
    transfer = next(one for one in counter.stripe.books.all("transfer") if one["destination"])
    transfer["amount_reversed"], before = transfer["amount"], transfer["amount_reversed"]
    await counter.settle()
    assert await state_of(counter, refused) == "failed"
    transfer["amount_reversed"] = before
    await counter.configure()


async def test_what_happens_once_by_itself_is_asked_past_what_stripe_failed_at(counter: Counter) -> None:
    """A capture, a void, a customer, an account: with a new key at once."""
    taken = await counter.paid(5000, capture=Capture.MANUAL)
    path = f"POST /v1/payment_intents/{(await counter.intent(taken))['id']}"
    counter.stripe.faults.append((f"{path}/capture", "500"))
    assert (await counter.payments.capture(taken.subject)).state is PaymentState.AUTHORIZED
    await counter.settle()
    assert await counter.state(taken) == "succeeded"
    assert (await counter.intent(taken))["amount_received"] == 5000
    let_go = await counter.paid(5000, capture=Capture.MANUAL)
    path = f"POST /v1/payment_intents/{(await counter.intent(let_go))['id']}"
    counter.stripe.faults.append((f"{path}/cancel", "500"))
    await counter.give_back(let_go, 5000)
    for _ in range(2):
        await counter.settle()
    assert await counter.state(let_go) == "canceled"
    assert (await counter.intent(let_go))["status"] == "canceled"
    saver = Actor(user_id=uuid.uuid4(), display_name="次郎", email="jiro@buyer.example", email_verified=True)
    buyer = counter.as_buyer(saver)
    counter.stripe.faults.append(("POST /v1/customers", "500"))
    for ends in (PaymentState.UNKNOWN, PaymentState.SUCCEEDED):
        payment = await opened_by(counter, saver)
        after = await buyer.submit(payment.id, "pm_card_visa", "KN-1", "/shop", save=True)
        assert after.state is ends
    await counter.settle()
    seller = uuid.uuid4()
    counter.stripe.faults.append(("POST /v1/accounts", "500"))
    with pytest.raises(ProviderUnreachable):
        await accounts.onboarding_url(counter.ctx, seller, "https://shop.example/")
    assert await accounts.onboarding_url(counter.ctx, seller, "https://shop.example/")


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("fault", ["lose_request", "lose_answer"])
async def test_every_other_call_may_be_lost(counter: Counter, fault: str) -> None:
    """A void, a customer, an account and its link, a card that is forgotten, and what the comparison asks."""
    faults = counter.stripe.faults
    let_go = await counter.paid(5000, capture=Capture.MANUAL)
    faults.append((f"POST /v1/payment_intents/{(await counter.intent(let_go))['id']}/cancel", fault))
    await counter.give_back(let_go, 5000)
    for _ in range(2):
        await counter.settle()
    assert await counter.state(let_go) == "canceled"
    assert (await counter.intent(let_go))["status"] == "canceled"
    saver = Actor(user_id=uuid.uuid4(), display_name="三郎", email="s@buyer.example", email_verified=True)
    buyer = counter.as_buyer(saver)
    faults.append(("POST /v1/customers", fault))
    for ends in (PaymentState.UNKNOWN, PaymentState.SUCCEEDED):
        payment = await opened_by(counter, saver)
        after = await buyer.submit(payment.id, "pm_card_visa", "KN-1", "/shop", save=True)
        assert after.state is ends
    customers = [one["metadata"].get("user_id") for one in counter.stripe.books.all("customer")]
    assert customers.count(str(saver.user_id)) == 1
    async with counter.ctx.read() as tx:
        [card] = await buyer.saved(tx)
    faults.append(("POST /v1/payment_methods/", fault))
    await buyer.forget(card.id)
    async with counter.ctx.read() as tx:
        assert await buyer.saved(tx) == [], "nobody here can use it any more"
    seller = uuid.uuid4()
    for path in ("POST /v1/accounts", "POST /v1/account_links"):
        faults.append((path, fault))
        with pytest.raises(ProviderUnreachable):
            await accounts.onboarding_url(counter.ctx, seller, "https://shop.example/")
    assert await accounts.onboarding_url(counter.ctx, seller, "https://shop.example/")
    made = [one["metadata"].get("seller_id") for one in counter.stripe.books.all("account")]
    assert made.count(str(seller)) == 1
    for path in ("payment_intents", "balance_transactions", "disputes"):
        faults.append((f"GET /v1/{path}", fault))
        await reconcile(counter.ctx)
        assert await counter.value("SELECT failed FROM payments_comparison"), path
    [report] = await reconcile(counter.ctx)
    assert await counter.value("SELECT NOT failed AND ended_at IS NOT NULL FROM payments_comparison")
    async with counter.ctx.read() as tx:
        open_ones = [one.id for one in await overview.reports(tx) if one.differences]
    for report_id in open_ones:
        await acknowledge(counter.ctx, report_id, "other tests' intents")
    assert report.moved


@pytest.mark.req("CL-30")
@pytest.mark.parametrize(("hours", "clock_h"), [(25, 0), (25, -24), (22, 0)])
async def test_what_was_sent_goes_once_when_its_key_is_forgotten(
    counter: Counter, hours: int, clock_h: int
) -> None:
    """Whatever a server's clock says: what was sent is looked up, and after a day nothing is sent again."""
    seller = await a_seller(counter)
    payment = await counter.paid(9000)
    runtime = dataclasses.replace(
        counter.runtime, clock=FixedClock(datetime.now(UTC) + timedelta(hours=clock_h))
    )
    there = TenantCtx(runtime, counter.ctx.tenant, counter.ctx.actor, counter.ctx.lineup, locale="ja")
    for kind, path, amount in STEPS:
        for fault in ("lose_request", "lose_answer"):
            op_id = await ask(counter, kind, payment, amount, seller)
            counter.stripe.faults.append((f"POST /v1/{path}", fault))
            await counter.settle()
            assert await state_of(counter, op_id) == "unknown"
            counter.stripe.forget_keys()
            await counter.execute(AGED, op_id, hours)
            await settle_open(there)
            is_sent = fault == "lose_answer" or hours < 23
            assert moved(counter, op_id) == ([amount] if is_sent else []), (kind, fault)
            never = "by_hand" if kind == "refund" else "canceled"
            assert await state_of(counter, op_id) == ("succeeded" if is_sent else never), (kind, fault)
    await counter.configure()


async def test_an_op_that_cannot_be_settled_keeps_nobody_waiting(counter: Counter) -> None:
    """A reversal that Stripe refuses and our books have never heard of: an error of ours, each minute."""
    seller = await a_seller(counter)
    payment = await counter.paid(9000)
    transfer = await ask(counter, "transfer", payment, 3000, seller)
    await counter.settle()
    async with counter.ctx.begin() as tx:
        parent = await repository.lock_family(tx, transfer)
        bad = await repository.insert_child(tx, OpKind.REVERSAL, parent, 3001, "sale", seller_id=seller)
    await counter.give_back(payment, 1000)
    refund = await op_of(counter, "refund", payment)
    await counter.execute("UPDATE payments_op SET next_at = now() - interval '1 hour' WHERE id = $1", bad)
    await settle_open(counter.ctx)
    assert await state_of(counter, refund) == "succeeded"
    assert await counter.value("SELECT next_at > now() FROM payments_op WHERE id = $1", bad)
    await counter.execute("UPDATE payments_op SET state = 'canceled', settled_at = now() WHERE id = $1", bad)
    await counter.configure()
