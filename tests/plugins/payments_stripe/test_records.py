"""What the comparison asks Stripe for: reversals however old and many, and what its clock dates before ours."""

from __future__ import annotations

import uuid

import pytest

from nakamise.contracts.payments import Payment
from nakamise_payments.schemas import Trouble
from tests.plugins.payments_stripe.counter import Counter
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.test_failing_stripe import a_seller, ask, moved, state_of
from tests.plugins.payments_stripe.test_lost_news import DAY, found_of

AGED = "UPDATE payments_op SET created_at = now() - $2 * interval '1 second' WHERE id = $1"
ASKED = "UPDATE payments_stripe_object SET asked_at = now() - $2 * interval '1 second' WHERE op_id = $1"


async def a_share(counter: Counter) -> tuple[Payment, uuid.UUID, uuid.UUID]:
    """(the payment, its seller, the transfer's op), passed on."""
    seller = await a_seller(counter)
    payment = await counter.paid(9000)
    transfer = await ask(counter, "transfer", payment, 3000, seller)
    await counter.settle()
    assert await state_of(counter, transfer) == "succeeded"
    return payment, seller, transfer


async def eight_days_pass(counter: Counter, payment: Payment, transfer: uuid.UUID) -> None:
    """For everything there is of a payment, here and at Stripe."""
    for op_id in (payment.id, transfer):
        await counter.execute(AGED, op_id, 8 * DAY)
        await counter.execute(ASKED, op_id, 8 * DAY)
    ours = [one["id"] for one in objects_of(counter, payment, transfer)]
    for one in counter.stripe.books.objects.values():
        if one.get("source") in ours or one["id"] in ours:
            one["created"] -= 8 * DAY


def objects_of(counter: Counter, payment: Payment, transfer: uuid.UUID) -> list[Json]:
    keys = (str(payment.id), str(transfer))
    named = [
        one
        for one in counter.stripe.books.objects.values()
        if (one.get("metadata") or {}).get("op_id") in keys
    ]
    charges = [
        counter.stripe.books.get("charge", one["latest_charge"]) for one in named if "latest_charge" in one
    ]
    return named + charges


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("fault", ["", "lose_answer"])
@pytest.mark.parametrize("control", ["id", "transfer"])
async def test_a_share_that_goes_back_after_days_is_no_difference(
    counter: Counter, fault: str, control: str
) -> None:
    """The usual return: the share was passed on at once, and the goods come back a week later."""
    await found_of(counter)
    payment, seller, transfer = await a_share(counter)
    await eight_days_pass(counter, payment, transfer)
    reversal = await ask(counter, "reversal", payment, 700, seller)
    if fault:
        counter.stripe.faults.append(("POST /v1/transfers/", fault))
    for _ in range(2):
        await counter.settle()
    assert await state_of(counter, reversal) == "succeeded"
    assert await found_of(counter, payment) == []
    # The negative control: when it, or its transfer, is not at Stripe it is one.
    [back] = [
        one
        for one in counter.stripe.books.all("transfer_reversal")
        if one["metadata"].get("op_id") == str(reversal)
    ]
    kept = counter.stripe.books.objects.pop(back[control])
    assert await found_of(counter, payment) == [Trouble.MISSING_THERE]
    counter.stripe.books.objects[back[control]] = kept
    await counter.configure()


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("is_old", [False, True])
async def test_all_reversals_of_a_transfer_are_seen(counter: Counter, is_old: bool) -> None:
    """Stripe shows ten in their transfer; these are twelve, and one of them was made twice."""
    await found_of(counter)
    payment, seller, transfer = await a_share(counter)
    if is_old:
        await eight_days_pass(counter, payment, transfer)
    first = await ask(counter, "reversal", payment, 100, seller)
    await counter.settle()
    for _ in range(11):
        await ask(counter, "reversal", payment, 100, seller)
    await counter.settle()
    shown = counter.stripe.books.get("transfer", await stripe_id(counter, transfer))["reversals"]
    assert (len(shown["data"]), shown["has_more"]) == (10, True)
    assert await found_of(counter, payment) == []
    there = counter.stripe.books.get("transfer", await stripe_id(counter, transfer))
    counter.stripe.moves.reverse(there, {"amount": "100", "metadata": {"op_id": str(first)}})
    assert moved(counter, first) == [100, 100]
    assert await found_of(counter, payment) == [Trouble.TWICE, Trouble.MOVED]
    await counter.configure()


async def stripe_id(counter: Counter, op_id: uuid.UUID) -> str:
    return str(await counter.value("SELECT stripe_id FROM payments_stripe_object WHERE op_id = $1", op_id))


@pytest.mark.req("CL-30")
async def test_stripes_clock_may_be_behind_ours(counter: Counter) -> None:
    """A payment of the first seconds that the comparison looks at is dated before them by Stripe."""
    await found_of(counter)
    payment = await counter.paid(5000)
    await counter.execute(AGED, payment.id, 3 * DAY - 30)
    intent = await counter.intent(payment)
    was, intent["created"] = intent["created"], intent["created"] - 3 * DAY - 5
    assert await found_of(counter, payment) == []
    intent["created"] = was - 3 * DAY - 3600
    assert Trouble.MISSING_THERE in await found_of(counter, payment), "an hour is no clock's fault"
    intent["created"] = was
