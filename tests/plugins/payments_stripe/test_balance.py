"""Stripe's balance against the ledger: the same to the yen, every planted difference found, payouts stopped."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from nakamise.contracts.payment_movements import MovementKind
from nakamise.contracts.ui import Period, Todo
from nakamise.web import minute
from nakamise_payments import ledger
from nakamise_payments.movements import Row, differences
from nakamise_payments.reconciler import acknowledge, payouts_stopped, reconcile
from nakamise_payments.schemas import Difference, Trouble
from nakamise_payments.widget import widget
from nakamise_payments_stripe.balance import movement
from tests.plugins.payments_stripe.counter import Counter

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
OP = uuid.UUID(int=5)


async def found(counter: Counter) -> list[tuple[Trouble, str, str]]:
    """The differences of a comparison, which staff have seen then."""
    [report] = await reconcile(counter.ctx)
    await acknowledge(counter.ctx, report.id, "seen")
    return [(one.trouble, one.here, one.there) for one in report.differences if is_about_money(one)]


def is_about_money(one: Difference) -> bool:
    """Other tests made intents of no op of ours."""
    return one.trouble is not Trouble.MISSING_HERE


async def held(counter: Counter) -> int:
    async with counter.ctx.begin() as tx:
        return await ledger.clearing(tx, "payments_stripe", "JPY")


@pytest.mark.req("CL-30")
async def test_the_ledger_holds_what_stripe_holds(counter: Counter, owner: asyncpg.Connection) -> None:
    """Charges with fees, refunds that bounce, disputes with their fee, payouts, and what others do there."""
    books, moves = counter.stripe.books, counter.stripe.moves
    await counter.settle()
    await found(counter)
    others = await held(counter) - sum(one["net"] for one in books.all("balance_transaction"))
    first, second, third = [await counter.paid(amount) for amount in (5000, 3000, 2000)]
    await counter.give_back(first, 1500)
    await counter.settle()
    refund = books.all("refund")[0]
    moves.dispute(await counter.intent(second), 800)
    books.moved({"id": "ch_foreign", "currency": "jpy"}, 999, "charge", 36)
    books.moved({"id": "", "currency": "jpy"}, -50, "stripe_fee")
    await counter.deliver_news()
    assert await found(counter) == []
    fees = "SELECT t.amount FROM payments_transfer t JOIN payments_op o ON o.id = t.op_id WHERE t.kind = $1 AND o.subject = $2"
    assert await counter.value(fees, "dispute_fee", second.subject) == 1300
    moves.bounce(refund)
    await counter.deliver_news()
    moves.payout(4000)
    assert await found(counter) == []
    assert await found(counter) == [], "a second comparison writes nothing twice"
    assert await held(counter) - sum(one["net"] for one in books.all("balance_transaction")) == others

    # A charge whose amount differs there, one that is not there at all, and a payout of more than there is.
    [charged] = [
        one
        for one in books.all("balance_transaction")
        if one["source"] == (await counter.intent(third))["latest_charge"]
    ]
    charged["amount"] += 7
    assert await found(counter) == [(Trouble.MOVED, "2000", "2007")]
    charged["amount"] -= 7
    del books.objects[charged["id"]]
    assert await found(counter) == [], "it may still be on its way"
    aged = f"UPDATE \"{counter.tenant.schema}\".payments_transfer SET at = at - interval '4 hours' WHERE op_id = $1"
    await owner.execute(aged, third.id)
    [report] = await reconcile(counter.ctx)
    assert [one.trouble for one in report.differences if is_about_money(one)] == [Trouble.NOT_MOVED]
    async with counter.ctx.read() as tx:
        assert await payouts_stopped(tx)
    await acknowledge(counter.ctx, report.id, "seen")
    books.objects[charged["id"]] = charged
    moves.payout(10_000_000)
    [(trouble, here, _there)] = await found(counter)
    assert trouble is Trouble.PAID_OUT
    assert int(here) < 0
    books.moved({"id": "", "currency": "jpy"}, 10_000_000, "topup")
    assert await found(counter) == []


@pytest.mark.req("CL-30")
async def test_a_comparison_that_does_not_end_is_told(counter: Counter) -> None:
    """The charges are listed, and the balance is not: staff see it until one has ended."""

    async def told() -> str:
        days = Period(NOW.date(), NOW.date())
        async with counter.ctx.read() as tx:
            todos = await widget(counter.ctx, tx, days)
        [todo] = [one for one in todos if isinstance(one, Todo) and "not finished" in one.label]
        return str(todo.params["at"]) if todo.count else ""

    await found(counter)
    assert await told() == ""
    ended = await counter.value("SELECT ended_at FROM payments_comparison")
    for _ in range(2):
        counter.stripe.faults.append(("GET /v1/balance_transactions", "500"))
        assert await reconcile(counter.ctx) == []
        assert await told() == minute(ended, counter.ctx.locale, counter.ctx.tenant.timezone)
    # One that was cut off said nothing; after a while it counts as well.
    await counter.execute("UPDATE payments_comparison SET failed = false")
    assert await told() == ""
    await counter.execute("UPDATE payments_comparison SET begun_at = now() - interval '16 minutes'")
    assert await told()
    await found(counter)
    assert await told() == ""


@pytest.mark.full
async def test_long_lists_have_the_time_that_their_pages_need(counter: Counter) -> None:
    """Three pages of nine seconds each: more than one answer may take, and each page is in time."""
    for path in ("payment_intents", "refunds", "transfers"):
        counter.stripe.faults.append((f"GET /v1/{path}", "slow:9"))
    assert len(await reconcile(counter.ctx)) == 1


@pytest.mark.parametrize(
    ("ours", "theirs", "age_h", "expected"),
    [
        (500, 500, 9, None),
        (500, 501, 0, Trouble.MOVED),
        (500, None, 2, None),
        (500, None, 4, Trouble.NOT_MOVED),
        (None, 500, 2, None),
        (None, 500, 4, Trouble.ONLY_MOVED),
    ],
)
def test_one_row(ours: int | None, theirs: int | None, age_h: int, expected: Trouble | None) -> None:
    at = NOW - timedelta(hours=age_h)
    sides = [Row(idem="x", op_id=OP, amount=amount, at=at) if amount else None for amount in (ours, theirs)]
    assert [one.trouble for one in differences(sides[0], sides[1], NOW)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("type_", "category", "amount", "kind", "moved"),
    [
        ("payment", "charge", 500, MovementKind.CHARGE, 500),
        ("adjustment", "dispute", -500, MovementKind.DISPUTE, 500),
        ("adjustment", "dispute_reversal", 500, MovementKind.DISPUTE_WON, 500),
        ("adjustment", "other_adjustment", -500, MovementKind.OTHER_OUT, 536),
        ("payout_failure", "payout_reversal", 500, MovementKind.PAYOUT_FAILED, 500),
        ("payout_cancel", "payout_reversal", 500, MovementKind.PAYOUT_FAILED, 500),
    ],
)
def test_stripes_words(type_: str, category: str, amount: int, kind: MovementKind, moved: int) -> None:
    row = {
        "id": "txn_1",
        "type": type_,
        "reporting_category": category,
        "amount": amount,
        "fee": 36,
        "net": amount - 36,
        "currency": "jpy",
        "created": int(time.time()),
        "source": {"id": "x_1", "payment_intent": "pi_1"},
    }
    seen = movement(row, {"pi_1": OP})
    assert (seen.kind, seen.amount.amount) == (kind, moved)
    is_ours = kind not in (MovementKind.OTHER_OUT, MovementKind.PAYOUT_FAILED)
    assert (seen.op_id == OP) is is_ours or kind is MovementKind.PAYOUT_FAILED
    assert movement(row, {}).kind in (
        MovementKind.OTHER_IN,
        MovementKind.OTHER_OUT,
        MovementKind.PAYOUT_FAILED,
    )
