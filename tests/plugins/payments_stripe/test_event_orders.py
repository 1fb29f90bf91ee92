"""C2 and C3: whatever order Stripe's events come in, and whoever else asks at the same moment, the end is the same.

A few orders at each change; all of them, and a hundred rounds of each pair, by `make faults`.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import asyncpg
import msgspec
import pytest

from nakamise.contracts.payments import Payment
from nakamise.plugin import TenantCtx
from nakamise.testing.tenants import ctx_of
from nakamise_payments.service import PaymentService
from nakamise_payments_stripe import inbox
from tests.faults.careless import Drop, Lapse, dropped, without
from tests.faults.size import ALL, sized
from tests.plugins.payments_stripe.counter import Counter
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.shop.stall import Stall

ORDERS = 3
ROUNDS = sized(1, 100)


def orders(count: int) -> list[Sequence[int]]:
    """All of them, or a few by chance, and the one that is wrong throughout."""
    if ALL:
        return list(itertools.permutations(range(count)))
    return [range(count)[::-1], *(random.sample(range(count), count) for _ in range(ORDERS - 1))]


async def disputed(counter: Counter, outcome: str) -> tuple[Payment, list[Json]]:
    """All of it has happened at Stripe: paid at the bank, fetched back by it, decided. We know of nothing yet."""
    await counter.news()
    payment = await counter.paid(token="pm_card_threeDSecureRequired")
    intent = await counter.intent(payment)
    counter.stripe.intents.take(intent)
    dispute = counter.stripe.moves.dispute(intent)
    counter.stripe.moves.close(dispute, outcome)
    return payment, await counter.news()


async def refunded(counter: Counter, outcome: str) -> tuple[Payment, list[Json]]:
    """The charge is known; the refund's answer was lost, or the bank took its time."""
    await counter.news()
    moves = counter.stripe.moves
    payment = await counter.paid()
    moves.slow_banks = outcome in ("refused", "late")
    if not moves.slow_banks:
        counter.stripe.faults.append(("POST /v1/refunds", "lose_answer"))
    await counter.give_back(payment, 1000)
    await counter.settle()
    moves.slow_banks = False
    if outcome != "kept":
        [refund] = [
            one
            for one in counter.stripe.books.all("refund")
            if one["payment_intent"] == (await counter.intent(payment))["id"]
        ]
        (moves.arrive if outcome == "late" else moves.bounce)(refund)
    return payment, await counter.news()


@pytest.mark.parametrize(
    ("life", "outcome", "left"),
    [
        (disputed, "won", 5000),
        (disputed, "lost", 0),
        (refunded, "kept", 4000),
        (refunded, "bounced", 5000),
        (refunded, "refused", 5000),
        (refunded, "late", 4000),
    ],
)
async def test_any_order_of_events_ends_the_same(
    counter: Counter,
    life: Callable[[Counter, str], Awaitable[tuple[Payment, list[Json]]]],
    outcome: str,
    left: int,
) -> None:
    _, first = await life(counter, outcome)
    seen = set()
    for number, order in enumerate(orders(len(first))):
        payment, events = await life(counter, outcome)
        assert [event["type"] for event in events] == [event["type"] for event in first]
        for position in order:
            for _ in range(1 + number % 2):
                assert await counter.deliver(events[position]) == 200
        await counter.settle()
        ops = await counter.value(
            "SELECT string_agg(kind || ' ' || state, ', ' ORDER BY kind, created_at) FROM payments_op WHERE subject = $1",
            payment.subject,
        )
        seen.add((ops, await counter.booked(payment)))
    assert len(seen) == 1, seen
    assert {booked for _, booked in seen} == {left}
    assert await counter.broken() == {}


ACTORS: dict[str, Callable[[Counter, Payment, Json], Awaitable[object]]] = {
    "webhook": lambda counter, _, event: counter.deliver(event),
    "return page": lambda counter, payment, _: counter.payments.refresh(payment.id),
    "reconciler": lambda counter, _payment, _event: counter.settle(),
    "buyer once more": lambda counter, payment, _: counter.as_buyer().submit(
        payment.id, "pm_card_visa", "KN-1", f"/shop/checkout/return/{payment.id}"
    ),
}


async def test_any_two_at_once_book_once(counter: Counter) -> None:
    for one, other in itertools.combinations_with_replacement(ACTORS, 2):
        for _ in range(ROUNDS):
            await counter.news()
            payment = await counter.paid(token="pm_card_threeDSecureRequired")
            counter.stripe.intents.take(await counter.intent(payment))
            event = (await counter.news())[-1]
            await asyncio.gather(*(ACTORS[name](counter, payment, event) for name in (one, other)))
            await counter.settle()
            assert await counter.state(payment) == "succeeded", (one, other)
            assert await counter.booked(payment) == 5000, (one, other)
    assert await counter.broken() == {}


# A later transaction does not know that an op has ended, and nothing keeps the ledger from saying the same thing twice.
FORGETFUL = Lapse(
    cuts={
        "reference, provider_id, amount, currency, state, given_up": (
            "reference, provider_id, amount, currency,"
            " CASE WHEN settled_at < now() THEN 'unknown' ELSE state END AS state, given_up"
        ),
        " ON CONFLICT (idem) DO NOTHING": "",
    },
    drops=(Drop("payments_transfer", "UNIQUE (idem)"),),
)
# Nobody waits for who is at work on the same op.
UNLOCKED = Lapse(
    cuts={" FOR UPDATE OF payments_op": "", " ON CONFLICT (idem) DO NOTHING": ""},
    drops=FORGETFUL.drops,
    meet=("UPDATE payments_op SET state = $2::text",),
)


async def test_without_what_makes_it_once_events_and_actors_book_twice(
    counter: Counter, owner: asyncpg.Connection
) -> None:
    """The controls of both: the same events and the same two actors, with the protections taken out."""
    booked = []
    for lapse in (FORGETFUL, UNLOCKED):
        await counter.news()
        payment = await counter.paid(token="pm_card_threeDSecureRequired")
        counter.stripe.intents.take(await counter.intent(payment))
        events = await counter.news()
        seen = Stall(counter.ctx.tenant, counter.ctx, partial(ctx_of, counter.runtime))
        view, careless = without(seen, lapse)
        async with dropped(owner, seen, lapse):
            if lapse is FORGETFUL:
                for event in events:
                    await told(view.ctx, event)
            else:
                asked = PaymentService(view.ctx).refresh(payment.id)
                await asyncio.gather(told(view.ctx, events[-1]), asked, return_exceptions=True)
            booked.append(await counter.booked(payment))
            # The books are right again before the next one looks at them.
            await owner.execute(
                f'DELETE FROM "{counter.tenant.schema}".payments_transfer WHERE op_id = $1 AND id NOT IN'
                f' (SELECT min(id::text)::uuid FROM "{counter.tenant.schema}".payments_transfer'
                " WHERE op_id = $1 GROUP BY kind)",
                payment.id,
            )
        careless.check()
    assert all(amount > 5000 for amount in booked), booked


async def told(ctx: TenantCtx, event: Json) -> None:
    """As by the webhook's job, in a process that is careless."""
    made = msgspec.convert(event, inbox.Event)
    await inbox.receive(ctx, made)
    await inbox.handle_due(ctx)
