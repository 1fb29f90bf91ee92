"""PayPay by Stripe: confirmed there, taken at once, given back in parts; what it cannot do is never asked for."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from nakamise.contracts.payments import Capture, PaymentState
from nakamise.errors import Conflict
from nakamise.money import Money
from nakamise_payments.seller_terms import Terms, save, terms
from nakamise_payments_stripe.provider import offers_of
from nakamise_payments_stripe.settings import StripeSettings
from tests.plugins.payments_stripe.counter import Counter
from tests.plugins.payments_stripe.stripe_server.refusals import ApiError

WAY: Final = "payments_stripe:paypay"


@pytest.fixture
async def wallet(counter: Counter) -> AsyncIterator[Counter]:
    """The counter while it takes PayPay."""
    await counter.configure(paypay=True)
    yield counter
    await counter.configure()


@pytest.mark.req("BX-16")
async def test_it_is_confirmed_there_and_given_back_in_parts(wallet: Counter) -> None:
    payment = await wallet.paid(3000, "paypay", way=WAY)
    assert payment.state is PaymentState.REQUIRES_ACTION
    assert payment.instructions is None
    intent = await wallet.intent(payment)
    assert payment.action_url == f"{wallet.stripe.origin}/paypay/{intent['id']}"
    assert intent["payment_method_types"] == ["paypay"]
    back = intent["next_action"]["redirect_to_url"]["return_url"]
    assert back.endswith(f"/shop/checkout/return/{payment.id}")
    wallet.stripe.intents.take(intent)
    after = await wallet.payments.refresh(payment.id)
    assert (after.state, after.captured) == (PaymentState.SUCCEEDED, 3000)
    for amount in (1000, 2000):
        await wallet.give_back(payment, amount)
        await wallet.settle()
        assert await wallet.op_state("refund", payment) == "succeeded"
    await wallet.deliver_news()
    assert await wallet.booked(payment) == 0


@pytest.mark.req("BX-16")
async def test_who_says_no_there_is_told_in_its_words(wallet: Counter) -> None:
    payment = await wallet.paid(3000, "paypay", way=WAY)
    wallet.stripe.intents.fail(await wallet.intent(payment), "payment_intent_authentication_failure")
    after = await wallet.payments.refresh(payment.id)
    assert after.state is PaymentState.FAILED
    assert "PayPay" in (after.failure or "")
    assert "銀行" not in (after.failure or "")


async def test_while_our_key_is_refused_nobody_is_sent_to_try_again(wallet: Counter) -> None:
    await wallet.configure(paypay=True, secret_key="sk_test_rolled")
    payment = await wallet.paid(3000, "paypay", way=WAY)
    assert payment.state is PaymentState.FAILED
    assert "ただいま" in (payment.failure or ""), payment.failure


@pytest.mark.req("BX-16")
async def test_who_never_confirms_lets_it_go(wallet: Counter) -> None:
    payment = await wallet.paid(3000, "paypay", way=WAY)
    async with wallet.ctx.begin() as tx:
        await wallet.payments.give_back(tx, payment.subject, 0, "expired")
    await wallet.settle()
    assert await wallet.state(payment) == "canceled"
    assert (await wallet.intent(payment))["status"] == "canceled"


async def test_money_is_taken_at_once_also_in_a_shop_that_reserves_on_cards(wallet: Counter) -> None:
    offers = {one.method: one for one in offers_of(wallet.ctx.settings(StripeSettings))}
    seller = uuid.uuid4()
    async with wallet.ctx.begin() as tx:
        await save(tx, seller, Terms("manual", "cancel"))
        wanted = [(await terms(wallet.ctx, tx, offers[way], (seller,)))[0] for way in ("paypay", "card")]
    assert wanted == [Capture.AUTOMATIC, Capture.MANUAL]
    assert (offers["paypay"].can_save, offers["paypay"].refundable) == (False, True)


async def test_it_is_offered_where_it_is_on_and_possible(wallet: Counter) -> None:
    def ways(amount: int) -> list[str]:
        return [one.provider_id for one in wallet.payments.methods(Money(amount, "JPY"))]

    assert [WAY in ways(amount) for amount in (49, 50, 1_000_000, 1_000_001)] == [False, True, True, False]
    with pytest.raises(Conflict):
        await wallet.open(1_000_001, way=WAY)
    await wallet.configure(paypay=True, pays_sellers=True)
    assert WAY not in ways(3000), "Stripe does not promise it together with Connect"
    await wallet.configure()
    assert WAY not in ways(3000), "off by default"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"capture_method": "manual"}, "capture_method"),
        ({"setup_future_usage": "on_session"}, "setup_future_usage"),
        ({"payment_method_data": {"type": "konbini"}}, "payment_method_data"),
        ({"payment_method_data": {}}, "payment_method_data"),
        ({"return_url": "/shop"}, "return_url"),
        ({"payment_method_options": {"paypay": {"capture_method": "manual"}}}, "capture_method"),
        ({"amount": "49"}, "amount_too_small"),
        ({"amount": "1000001"}, "amount_too_large"),
    ],
)
def test_our_stripe_is_as_strict_as_its_documentation(
    wallet: Counter, more: dict[str, Any], why: str
) -> None:
    """The control of the tests above: what they do not send would have been refused."""
    right = {
        "amount": "3000",
        "currency": "jpy",
        "confirm": "true",
        "payment_method_types": ["paypay"],
        "payment_method_data": {"type": "paypay"},
        "return_url": "https://shop.example/back",
    }
    assert wallet.stripe.intents.create(right)["status"] == "requires_action"
    with pytest.raises(ApiError) as refused:
        wallet.stripe.intents.create(right | more)
    assert why in str(refused.value.body)
