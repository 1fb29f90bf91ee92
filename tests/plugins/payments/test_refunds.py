"""Giving money back: never more than was paid, once, and known to the ledger."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg
import pytest

from nakamise.contracts.payments import ChargeState, ChargeStatus, PaymentState
from nakamise.errors import Conflict
from nakamise.money import Money
from nakamise.testing.fixtures import Drain
from nakamise_payments import by_hand, repository
from nakamise_payments.asking import NEVER_ARRIVED, find_op, settle
from nakamise_payments.schemas import OpState
from nakamise_payments.settling import apply
from tests.plugins.payments.desk import Desk

LEDGER = "SELECT coalesce(sum(CASE kind WHEN 'capture' THEN amount ELSE -amount END), 0)::int FROM payments_transfer"


async def test_parts_go_back_until_nothing_is_left(desk: Desk, drain: Drain) -> None:
    payment = await desk.paid(5000)
    await desk.give_back(payment, 2000)
    await desk.give_back(payment, 3000)
    with pytest.raises(Conflict):
        await desk.give_back(payment, 1)
    await drain(desk.ctx.tenant)
    assert await desk.value(LEDGER) == 0
    assert await desk.value("SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'") == 5000


@pytest.mark.parametrize("rounds", [3])
async def test_two_refunds_at_once_cannot_both_take_the_whole(desk: Desk, drain: Drain, rounds: int) -> None:
    for _ in range(rounds):
        payment = await desk.paid(100)
        answers = await asyncio.gather(
            *(desk.give_back(payment, 60) for _ in range(8)), return_exceptions=True
        )
        assert sum(answer is None for answer in answers) == 1
    await drain(desk.ctx.tenant)
    assert await desk.value(LEDGER) == rounds * 40


async def test_a_refund_that_is_carried_out_twice_goes_back_once(desk: Desk, drain: Drain) -> None:
    payment = await desk.paid(5000)
    await desk.give_back(payment, 1000)
    refund = await desk.value("SELECT id FROM payments_op WHERE kind = 'refund'")
    assert isinstance(refund, uuid.UUID)
    op = await find_op(desk.ctx, refund)
    await asyncio.gather(*(settle(desk.ctx, op) for _ in range(4)))
    await drain(desk.ctx.tenant)
    assert await desk.value(LEDGER) == 4000
    assert await desk.value("SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'") == 1000


async def test_a_refund_that_the_provider_refuses_waits_for_staff(desk: Desk, drain: Drain) -> None:
    payment = await desk.paid(5000)
    await desk.execute("UPDATE payments_sandbox_charge SET refunded = 4500")
    await desk.give_back(payment, 1000)
    await drain(desk.ctx.tenant)
    refund = await desk.value("SELECT id FROM payments_op WHERE kind = 'refund' AND state = 'by_hand'")
    assert await desk.value("SELECT reversed FROM payments_op WHERE kind = 'charge'") == 1000
    assert await desk.value(LEDGER) == 5000, "nothing went back yet"
    await desk.execute(
        "INSERT INTO payments_dispute (id, provider_id, reference, op_id, amount, currency, state)"
        " SELECT gen_random_uuid(), provider_id, 'd', id, 1, 'JPY', 'open' FROM payments_op WHERE kind = 'charge'"
    )
    with pytest.raises(Conflict):
        await by_hand.retry(desk.ctx, refund)
    await desk.execute("UPDATE payments_dispute SET state = 'won', closed_at = now()")
    await by_hand.retry(desk.ctx, refund)
    await drain(desk.ctx.tenant)
    with pytest.raises(Conflict):
        await by_hand.retry(desk.ctx, refund)
    again = await desk.value("SELECT id FROM payments_op WHERE kind = 'refund' AND state = 'by_hand'")
    assert again != refund, "a new try has a new key"
    answers = await asyncio.gather(
        *(by_hand.paid(desk.ctx, again, "振込 11/22") for _ in range(4)), return_exceptions=True
    )
    assert sum(answer is None for answer in answers) == 1
    assert await desk.value(LEDGER) == 4000
    assert await desk.value("SELECT reversed FROM payments_op WHERE kind = 'charge'") == 1000
    assert await desk.broken() == {}


async def test_what_was_never_sent_is_voided_without_asking_anybody(desk: Desk) -> None:
    payment = await desk.open(5000)
    await desk.give_back(payment, 0)
    after = await desk.payments.submit(payment.id, "tok_success", "too late", "/")
    assert after.state is PaymentState.CANCELED
    assert await desk.value("SELECT count(*) FROM payments_sandbox_charge") == 0


async def test_an_open_charge_is_cancelled_at_the_provider(desk: Desk, drain: Drain) -> None:
    payment = await desk.paid(5000, "tok_3ds")
    await desk.give_back(payment, 0)
    await drain(desk.ctx.tenant)
    assert await desk.value("SELECT state FROM payments_op") == "canceled"
    assert await desk.value("SELECT state FROM payments_sandbox_charge") == "canceled"


async def test_one_live_charge_for_each_thing(desk: Desk) -> None:
    subject = uuid.uuid4()
    answers = await asyncio.gather(*(desk.open(5000, subject) for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {Conflict}


@pytest.mark.parametrize("act", ["UPDATE payments_transfer SET amount = 1", "DELETE FROM payments_transfer"])
async def test_nobody_may_rewrite_the_ledger(desk: Desk, act: str) -> None:
    await desk.paid(5000)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.execute(act)


async def test_a_double_submit_is_sent_once(desk: Desk) -> None:
    payment = await desk.open(5000)
    await asyncio.gather(*(desk.payments.submit(payment.id, "tok_success", "x", "/") for _ in range(8)))
    assert (await desk.payments.refresh(payment.id)).state is PaymentState.SUCCEEDED
    assert await desk.value("SELECT attempts FROM payments_op") == 1
    assert await desk.value(LEDGER) == 5000


async def test_a_dispute_that_opens_meanwhile_stops_a_refund(desk: Desk) -> None:
    """Who waited for the charge sees what came in the meantime, not what was there when they began to wait."""
    payment = await desk.paid(5000)
    async with desk.ctx.begin() as tx:
        await repository.lock(tx, payment.id)
        refund = asyncio.create_task(desk.give_back(payment, 1000))
        await asyncio.sleep(0.3)
        assert not refund.done()
        await tx.execute(
            "INSERT INTO payments_dispute (id, provider_id, reference, op_id, amount, currency, state, is_inquiry)"
            " VALUES ($1, 'payments_sandbox', 'dp', $2, 5000, 'JPY', 'open', true)",
            *(uuid.uuid4(), payment.id),
        )
    with pytest.raises(Conflict) as refused:
        await refund
    assert refused.value.code == "payment_disputed"
    assert await desk.value("SELECT count(*) FROM payments_op WHERE kind = 'refund'") == 0


async def test_who_looked_before_the_answer_does_not_undo_a_refund(desk: Desk, drain: Drain) -> None:
    """The job and the task of every minute take the same refund: it arrived, whatever the slower one saw."""
    payment = await desk.paid(5000)
    await desk.give_back(payment, 1000)
    refund = await desk.value("SELECT id FROM payments_op WHERE kind = 'refund'")
    async with desk.ctx.begin() as tx:
        assert await repository.send(tx, refund)
    early = await find_op(desk.ctx, refund)
    await drain(desk.ctx.tenant)
    await desk.execute("DELETE FROM payments_sandbox_charge WHERE kind = 'refund'")
    assert (await settle(desk.ctx, early)).state is OpState.SUCCEEDED
    canceled = ChargeStatus(ChargeState.CANCELED, "", Money(1000, "JPY"))
    assert (await apply(desk.ctx, refund, canceled, is_ours=True)).state is OpState.SUCCEEDED
    assert await desk.value(LEDGER) == 4000
    # The control: the provider's word is another matter.
    assert (await apply(desk.ctx, refund, canceled)).state is OpState.BY_HAND


async def test_a_provider_may_say_the_same_words_as_we(desk: Desk, drain: Drain) -> None:
    """What we conclude ourselves ends only what is open; what the provider says counts, whatever its words are."""
    payment = await desk.paid(5000)
    await desk.give_back(payment, 1000)
    refund = await desk.value("SELECT id FROM payments_op WHERE kind = 'refund'")
    async with desk.ctx.begin() as tx:
        assert await repository.send(tx, refund)
    early = await find_op(desk.ctx, refund)
    await drain(desk.ctx.tenant)
    assert (await find_op(desk.ctx, refund)).state is OpState.SUCCEEDED
    bounced = "UPDATE payments_sandbox_charge SET state = 'canceled', failure = $1 WHERE kind = 'refund'"
    await desk.execute(bounced, NEVER_ARRIVED)
    assert (await settle(desk.ctx, early)).state is OpState.BY_HAND


async def test_a_second_payment_of_which_less_was_taken_goes_back(desk: Desk, drain: Drain) -> None:
    first = await desk.paid(5000, "tok_3ds")
    await desk.give_back(first, 0)
    await drain(desk.ctx.tenant)
    second = await desk.open(5000, first.subject)
    await desk.payments.submit(second.id, "tok_success", "test", "/")
    taken = ChargeStatus(ChargeState.SUCCEEDED, "late", Money(5000, "JPY"), captured=4000)
    assert (await apply(desk.ctx, first.id, taken)).reversed == 5000
    children = (
        "SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY kind) FROM payments_op WHERE parent_id = $1"
    )
    assert await desk.value(children, first.id) == "refund 4000, release 1000"
    assert await desk.value(LEDGER) == 9000


async def test_tasks_of_disputes_that_were_lost_before_come_to_an_end(desk: Desk, drain: Drain) -> None:
    payment = await desk.paid(5000)
    await desk.execute("UPDATE payments_sandbox_charge SET refunded = 4500")
    await desk.give_back(payment, 1000)
    await drain(desk.ctx.tenant)
    task = "SELECT id FROM payments_op WHERE kind = 'refund' AND state = 'by_hand'"
    lost = (
        "INSERT INTO payments_dispute (id, provider_id, reference, op_id, amount, currency, state, closed_at)"
        " VALUES (gen_random_uuid(), 'payments_sandbox', $1, $2, $3, 'JPY', 'lost', now())"
    )
    whole = await desk.value(task)
    await desk.execute(lost, "one", payment.id, 4600)
    with pytest.raises(Conflict, match="a part of this money"):
        await by_hand.paid(desk.ctx, whole, "振込")
    assert await desk.value("SELECT state FROM payments_op WHERE id = $1", whole) == "canceled"
    rest = await desk.value(task)
    assert await desk.value("SELECT amount FROM payments_op WHERE id = $1", rest) == 400
    await desk.execute(lost, "two", payment.id, 400)
    with pytest.raises(Conflict, match="Do not pay it a second time"):
        await by_hand.retry(desk.ctx, rest)
    assert await desk.value(task) is None
    assert await desk.value("SELECT count(*) FROM payments_transfer WHERE kind = 'by_hand'") == 0
