"""Comparisons that do not come to their end, by night and by month, and what one says of the other."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import msgspec
import pytest

from nakamise.ids import uuid7
from nakamise.testing.fixtures import Drain
from nakamise_payments import comparing, movements, reconciler, repository
from nakamise_payments.comparing import Look
from nakamise_payments.reconciler import acknowledge, payouts_stopped, reconcile, reconcile_monthly
from nakamise_payments.schemas import Difference, Trouble
from tests.plugins.payments.desk import Desk

SANDBOX = "payments_sandbox"
NEWER = (
    "INSERT INTO payments_report (id, since, provider_id, compared, charged, refunded, differences, moved) SELECT"
    ' $1, now(), $2, 0, 0, 0, \'[{"op_id": null, "trouble": "of_tomorrow", "here": "", "there": ""}]\', 0'
)


async def unfinished(desk: Desk) -> bool:
    async with desk.ctx.read() as tx:
        return await comparing.unfinished_since(tx, [SANDBOX]) is not None


@pytest.mark.req("CL-30")
async def test_one_that_fails_after_another_ended_is_noted(desk: Desk) -> None:
    await reconcile(desk.ctx)
    async with desk.ctx.begin() as tx:
        await comparing.fail(tx, SANDBOX, Look.NIGHTLY)
    assert await unfinished(desk)
    await reconcile(desk.ctx)
    assert not await unfinished(desk)


@pytest.mark.req("CL-30")
async def test_a_month_is_due_until_it_has_ended_and_no_night_ends_it(desk: Desk) -> None:
    async with desk.ctx.begin() as tx:
        await comparing.begin(tx, SANDBOX, Look.MONTHLY)
        await comparing.fail(tx, SANDBOX, Look.MONTHLY)
    await reconcile(desk.ctx)
    assert await unfinished(desk), "the nightly end says nothing of the month"
    [report] = await reconcile_monthly(desk.ctx)
    assert report.at - report.since == timedelta(days=30)
    assert not await unfinished(desk)
    assert await reconcile_monthly(desk.ctx) == [], "not again on the next day"
    await desk.execute("UPDATE payments_comparison_month SET ended_at = now() - interval '33 days'")
    [report] = await reconcile_monthly(desk.ctx)
    assert report.at - report.since >= timedelta(days=33), "no day is left out"


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("ended", ["NULL", "now()"])
async def test_what_staff_ask_for_ends_a_month_that_failed(desk: Desk, drain: Drain, ended: str) -> None:
    """Also one that failed beside another that ended: the notice names the button, and the button clears it."""
    async with desk.ctx.begin() as tx:
        await comparing.begin(tx, SANDBOX, Look.MONTHLY)
        await comparing.fail(tx, SANDBOX, Look.MONTHLY)
    await desk.execute(f"UPDATE payments_comparison_month SET ended_at = {ended}")
    assert await comparing.later(desk.ctx)
    await drain(desk.ctx.tenant)
    assert not await unfinished(desk)
    reports = await desk.value("SELECT count(*) FROM payments_report")
    assert await comparing.later(desk.ctx)
    await drain(desk.ctx.tenant)
    assert await desk.value("SELECT count(*) FROM payments_report") == reports + 1, (
        "no month without a reason"
    )


@pytest.mark.req("CL-30")
async def test_one_that_takes_too_long_is_noted_and_ends(desk: Desk) -> None:
    """No time at all is the shortest too long."""
    now = desk.ctx.now()
    async with asyncio.timeout(20):
        done = await reconciler.compare_all(
            desk.ctx, now, {SANDBOX: timedelta(days=3)}, Look.NIGHTLY, within=0
        )
    assert done == []
    assert await desk.value("SELECT failed FROM payments_comparison") is True


@pytest.mark.req("CL-30")
async def test_what_staff_know_of_stops_no_payouts_a_month_later(desk: Desk) -> None:
    await desk.paid(5000)
    await desk.execute("UPDATE payments_sandbox_charge SET currency = 'USD'")
    [report] = await reconcile(desk.ctx)
    assert [one.trouble for one in report.differences] == [Trouble.CURRENCY]
    await acknowledge(desk.ctx, report.id, "seen")
    [report] = await reconcile_monthly(desk.ctx)
    assert report.differences == []
    async with desk.ctx.read() as tx:
        assert not await payouts_stopped(tx)
    await desk.execute("UPDATE payments_sandbox_charge SET currency = 'EUR'")
    await desk.execute("DELETE FROM payments_comparison_month")
    [report] = await reconcile_monthly(desk.ctx)
    assert [one.there for one in report.differences] == ["EUR"], "another one is news"


@pytest.mark.req("CL-30")
async def test_what_staff_know_of_is_no_news_on_the_next_night(desk: Desk) -> None:
    """Until it changes."""
    await desk.paid(5000)
    await desk.execute("UPDATE payments_sandbox_charge SET amount = 4999")
    [report] = await reconcile(desk.ctx)
    assert [(one.trouble, one.there) for one in report.differences] == [(Trouble.AMOUNT, "4999")]
    [report] = await reconcile(desk.ctx)
    assert report.differences, "nobody has said yet that they know of it"
    for known in await desk.value("SELECT array_agg(id) FROM payments_report WHERE differences <> '[]'"):
        await acknowledge(desk.ctx, known, "seen")
    [report] = await reconcile(desk.ctx)
    assert report.differences == []
    async with desk.ctx.read() as tx:
        assert not await payouts_stopped(tx)
    await desk.execute("UPDATE payments_sandbox_charge SET amount = 4998")
    [report] = await reconcile(desk.ctx)
    assert [one.there for one in report.differences] == ["4998"]
    async with desk.ctx.read() as tx:
        assert await payouts_stopped(tx)


@pytest.mark.req("CL-30")
async def test_more_paid_out_than_there_was_is_news_each_time(desk: Desk) -> None:
    """It is about the whole balance, and every payout makes it anew: the same amount is another one."""
    paid_out = Difference(None, Trouble.PAID_OUT, "-900", "")
    [report] = await reconcile(desk.ctx)
    told = msgspec.structs.replace(report, id=uuid7(), differences=[paid_out])
    async with desk.ctx.begin() as tx:
        await repository.insert_report(tx, told)
    await acknowledge(desk.ctx, told.id, "seen")
    async with desk.ctx.read() as tx:
        assert await reconciler.acknowledged(tx, SANDBOX) == set()


@pytest.mark.req("CL-30")
async def test_what_staff_know_of_one_row_hides_no_other_of_the_same_amount(desk: Desk) -> None:
    """A charge that is not there, and a dispute about all of it: two troubles with the same payment."""
    op_id, now = uuid.uuid4(), desk.ctx.now()
    idems = (f"capture:{op_id}", "dispute:1", "dispute:2", "dispute_won:1", "refund:1", "refund_failed:1")
    found: dict[str, list[Difference]] = {}
    for idem in idems:
        row = movements.Row(idem=idem, op_id=op_id, amount=5000, at=now - timedelta(days=1))
        other = movements.Row(idem=idem, op_id=op_id, amount=4000, at=row.at)
        pairs = ((row, None), (None, row), (row, other))
        found[idem] = [one for ours, theirs in pairs for one in movements.differences(ours, theirs, now)]
    [report] = await reconcile(desk.ctx)
    told = msgspec.structs.replace(report, id=uuid7(), differences=found[idems[0]])
    async with desk.ctx.begin() as tx:
        await repository.insert_report(tx, told)
    await acknowledge(desk.ctx, told.id, "seen")
    async with desk.ctx.read() as tx:
        known = await reconciler.acknowledged(tx, SANDBOX)
    assert known == set(found[idems[0]]), "as they were written and read"
    for idem in idems[1:]:
        assert known.isdisjoint(found[idem]), idem


@pytest.mark.req("CL-30")
async def test_books_that_cannot_be_compared_are_told_and_keep_no_other_waiting(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """A report that a newer version wrote before it was taken back: what it says is not known here."""
    newer = uuid7()
    await desk.execute(NEWER, newer, SANDBOX)
    await acknowledge(desk.ctx, newer, "seen")
    async with desk.ctx.read() as tx:
        now = await tx.value("SELECT now()")
    wanted = {SANDBOX: timedelta(days=3), "payments_gone": timedelta(days=3)}
    assert await reconciler.compare_all(desk.ctx, now, wanted, Look.NIGHTLY) == []
    for provider_id in wanted:
        assert f"the books of {provider_id} cannot be compared" in caplog.text
        noted = "SELECT failed FROM payments_comparison WHERE provider_id = $1"
        assert await desk.value(noted, provider_id) is True
