"""Who looks up at Stripe for too long sends once more, under the same key: money moves once."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from nakamise.contracts.payments import Payment
from nakamise_payments import asking
from nakamise_payments.asking import find_op, settle
from nakamise_payments.providers import answer
from tests.plugins.payments_stripe.counter import Counter
from tests.plugins.payments_stripe.test_failing_stripe import STEPS, a_seller, ask, moved, state_of

PATIENCE_S = 1.5
SLOW = f"slow:{2 * PATIENCE_S}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripe counts as silent after a second and a half instead of 25."""
    monkeypatch.setattr(asking, "answer", partial(answer, within=PATIENCE_S))


def keys_of(counter: Counter, op_id: object) -> list[str]:
    """Those that Stripe has been asked with."""
    return [key for key in counter.stripe._keys if key.startswith(str(op_id))]


async def planted(counter: Counter) -> tuple[Payment, list[tuple[str, str, str, int]]]:
    """(a payment, for each kind: itself, where it is looked up, where it is sent, its amount)."""
    return await counter.paid(9000), [
        (kind, f"GET /v1/{path}", f"POST /v1/{path}", amount) for kind, path, amount in STEPS
    ]


@pytest.mark.req("CL-30", "CL-31")
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["lose_request", "lose_answer", "500_done"])
async def test_a_slow_look_up_is_not_waited_for_and_nothing_moves_twice(counter: Counter, fault: str) -> None:
    seller = await a_seller(counter)
    payment, steps = await planted(counter)
    for kind, look, send, amount in steps:
        op_id = await ask(counter, kind, payment, amount, seller)
        counter.stripe.faults.append((send, fault))
        await counter.settle()
        assert await state_of(counter, op_id) == "unknown", kind
        await counter.minutes_pass()  # Stripe is certainly done with it
        counter.stripe.faults += [(look, SLOW), (look, SLOW)]
        await settle(counter.ctx, await find_op(counter.ctx, op_id))
        counter.stripe.faults.clear()
        # A failure that Stripe keeps under the key tells nothing: it is looked up until somebody answers.
        seen = "unknown" if fault == "500_done" else "succeeded"
        assert await state_of(counter, op_id) == seen, kind
        for _ in range(2):
            await counter.settle()
        assert await state_of(counter, op_id) == "succeeded", kind
        assert moved(counter, op_id) == [amount], kind
        assert keys_of(counter, op_id) == [str(op_id)], kind
    assert await counter.booked(payment) == 9000 - 1000 - 3000 + 700
    await counter.configure()


@pytest.mark.req("CL-30", "CL-31")
@pytest.mark.usefixtures("impatient")
async def test_what_stripe_is_still_at_work_on_is_neither_failed_nor_done_again(counter: Counter) -> None:
    """Its lists do not show it yet, and the key is in use; minutes after it was first asked for."""
    seller = await a_seller(counter)
    payment, steps = await planted(counter)
    for kind, _look, send, amount in steps:
        op_id = await ask(counter, kind, payment, amount, seller)
        counter.stripe.faults.append((send, "lose_request"))
        await counter.settle()
        await counter.minutes_pass()
        counter.stripe.faults.append((send, SLOW))
        op = await find_op(counter.ctx, op_id)
        ends = await asyncio.gather(*(settle(counter.ctx, op) for _ in range(3)))
        assert {one.state.value for one in ends} == {"unknown"}, kind
        await asyncio.sleep(PATIENCE_S + 0.5)
        await counter.settle()
        assert await state_of(counter, op_id) == "succeeded", kind
        assert moved(counter, op_id) == [amount], kind
    await counter.configure()


@pytest.mark.usefixtures("impatient")
async def test_without_its_key_it_would_go_twice(counter: Counter) -> None:
    """The negative control: Stripe that has forgotten the key does what it is told."""
    payment = await counter.paid(9000)
    op_id = await ask(counter, "refund", payment, 1000, payment.id)
    counter.stripe.faults.append(("POST /v1/refunds", "lose_answer"))
    await counter.settle()
    counter.stripe.forget_keys()
    counter.stripe.faults.append(("GET /v1/refunds", SLOW))
    await settle(counter.ctx, await find_op(counter.ctx, op_id))
    assert moved(counter, op_id) == [1000, 1000]
