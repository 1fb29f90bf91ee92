"""Captures that were sent too long ago to be sent once more: what the payment has become says how they ended."""

from __future__ import annotations

import pytest

from nakamise.contracts.payments import Capture
from nakamise_payments.asking import find_op, settle
from tests.plugins.payments_stripe.counter import Counter


@pytest.mark.req("CL-31")
@pytest.mark.parametrize(("taken", "ends"), [(3000, "failed"), (5000, "succeeded")])
async def test_a_capture_too_old_to_be_sent_is_not_what_others_took(
    counter: Counter, taken: int, ends: str
) -> None:
    """Its request was lost a day ago, and somebody took an amount on Stripe's own pages."""
    payment = await counter.paid(5000, capture=Capture.MANUAL)
    intent = await counter.intent(payment)
    counter.stripe.faults.append((f"POST /v1/payment_intents/{intent['id']}/capture", "lose_request"))
    await counter.payments.capture(payment.subject)
    capture = await counter.value("SELECT id FROM payments_op WHERE parent_id = $1", payment.id)
    await counter.execute(
        "UPDATE payments_op SET first_sent_at = now() - interval '24 hours' WHERE id = $1", capture
    )
    counter.stripe.intents.capture(intent, {"amount_to_capture": str(taken)})
    await settle(counter.ctx, await find_op(counter.ctx, capture))
    assert await counter.op_state("capture", payment) == ends
    assert await counter.state(payment) == "succeeded"
    assert await counter.booked(payment) == taken
    await counter.give_back(payment, taken)
    await counter.settle()
    assert await counter.booked(payment) == 0
