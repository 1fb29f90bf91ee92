"""What the contract promises of a provider: keys, numbers, cancelling, a buyer's data."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from nakamise.contracts.payments import ChargeRequest, ChargeState, Payer
from nakamise.money import Money
from nakamise_payments_manual import privacy
from nakamise_payments_manual.provider import KeyReused, ManualProvider
from tests.plugins.payments_manual.bench import Bench


def _asked(key: uuid.UUID, amount: int = 5000, user_id: uuid.UUID | None = None) -> ChargeRequest:
    payer = Payer(user_id, "山田 花子", "hanako@buyer.example")
    return ChargeRequest(key, Money(amount, "JPY"), "bank_transfer", "LC-1", "/", payer=payer)


@pytest.mark.req("BX-16")
async def test_the_same_key_is_answered_as_before(bench: Bench) -> None:
    provider, key = ManualProvider(bench.stall.ctx), uuid.uuid4()
    answers = await asyncio.gather(*(provider.charge(_asked(key)) for _ in range(3)))
    assert len({one.instructions and one.instructions.reference for one in answers}) == 1
    assert await provider.find(key) == answers[0]
    with pytest.raises(KeyReused):
        await provider.charge(_asked(key, 4000))
    assert await provider.find(uuid.uuid4()) is None


async def test_an_account_that_changes_stays_as_it_was_told(bench: Bench) -> None:
    key = uuid.uuid4()
    before = await ManualProvider(bench.stall.ctx).charge(_asked(key))
    assert before.instructions
    assert before.instructions.account
    assert before.instructions.account.number == "0123456"
    await bench.ready(number="7654321")
    assert await ManualProvider(bench.stall.ctx).find(key) == before


async def test_a_key_that_was_given_up_never_waits(bench: Bench) -> None:
    provider, key, other = ManualProvider(bench.stall.ctx), uuid.uuid4(), uuid.uuid4()
    assert (await provider.cancel(key, Money(5000, "JPY"))).state is ChargeState.CANCELED
    late = await provider.charge(_asked(key))
    assert (late.state, late.instructions) == (ChargeState.CANCELED, None)
    await provider.charge(_asked(other))
    await bench.execute("UPDATE payments_manual_charge SET due_at = now() WHERE key = $1", other)
    found = await provider.find(other)
    assert found is not None
    assert found.state is ChargeState.CANCELED, "nobody waits after the last second"


async def test_each_number_is_given_once(bench: Bench) -> None:
    """Also not again soon after its order ended: who pays late is known by it."""
    provider = ManualProvider(bench.stall.ctx)
    for _ in range(50):
        await provider.charge(_asked(uuid.uuid4()))
    await bench.execute("UPDATE payments_manual_charge SET state = 'canceled'")
    for _ in range(50):
        await provider.charge(_asked(uuid.uuid4()))
    assert await bench.value("SELECT count(DISTINCT number) FROM payments_manual_charge") == 100


async def test_a_number_taken_already_is_not_taken_twice(bench: Bench) -> None:
    """The database refuses it whoever writes."""
    await ManualProvider(bench.stall.ctx).charge(_asked(uuid.uuid4()))
    twice = (
        "INSERT INTO payments_manual_charge (key, number, amount, currency, state, due_at)"
        " SELECT gen_random_uuid(), number, 1, 'JPY', 'requires_action', now() FROM payments_manual_charge"
        " ON CONFLICT DO NOTHING"
    )
    async with bench.stall.ctx.begin() as tx:
        assert await tx.execute(twice) == 0


async def test_a_buyer_gets_a_copy_and_is_forgotten(bench: Bench) -> None:
    ctx, user_id, key = bench.stall.ctx, bench.buyer.id, uuid.uuid4()
    await ManualProvider(ctx).charge(_asked(key, user_id=user_id))
    await bench.note(key, 6000)
    await bench.send_back(key, 1000)
    async with ctx.begin() as tx:
        [copy] = await privacy.export(ctx, tx, user_id) or []
        assert (copy.payer_name, copy.received) == ("山田 花子", 6000)
        assert await privacy.erase(ctx, tx, user_id) == 2
        assert await privacy.export(ctx, tx, user_id) is None
    kept = "SELECT payer_name || search || n.words FROM payments_manual_charge c, payments_manual_note n WHERE n.kind = 'out'"
    assert await bench.value(kept) == ""
