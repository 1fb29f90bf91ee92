"""Lost answers are asked for; our books are compared with the provider's."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.contracts.payments import (
    ChargeState,
    OpKind,
    PaymentProvider,
    ProviderRecord,
    ProviderUnreachable,
)
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.ids import uuid7
from nakamise.plugin import Job, TenantCtx
from nakamise_payments import comparing, disputes, ledger, movements, repository
from nakamise_payments.asking import find_op, settle
from nakamise_payments.comparing import Compare, Look
from nakamise_payments.ledger import Booked
from nakamise_payments.providers import COMPARE_S, answer, providers
from nakamise_payments.schemas import Difference, Op, OpState, Report, Trouble
from nakamise_payments.settling import apply, note_silence

log: Final = logging.getLogger("nakamise.payments")
BATCH: Final = 100
LOOK_BACK: Final = timedelta(days=3)
# What was asked shorter ago is still on its way, here or there.
SETTLE_WITHIN: Final = timedelta(minutes=15)

_ON_ITS_WAY: Final = (OpState.NEW, OpState.SENDING, OpState.UNKNOWN)
# Ours alone: a capture is seen on its charge.
_UNCOMPARED: Final = (OpKind.CAPTURE, OpKind.RELEASE)
_TAKEN: Final = (ChargeState.SUCCEEDED, ChargeState.AUTHORIZED)
_EXPECTED: Final[Mapping[ChargeState, frozenset[OpState]]] = {
    ChargeState.SUCCEEDED: frozenset({OpState.SUCCEEDED}),
    ChargeState.FAILED: frozenset({OpState.FAILED, OpState.CANCELED, OpState.BY_HAND}),
    ChargeState.CANCELED: frozenset({OpState.CANCELED, OpState.FAILED, OpState.BY_HAND}),
    ChargeState.AUTHORIZED: frozenset({OpState.AUTHORIZED}),
    ChargeState.REQUIRES_ACTION: frozenset({OpState.REQUIRES_ACTION}),
    ChargeState.PROCESSING: frozenset({OpState.UNKNOWN, OpState.SENDING}),
}


async def settle_open(ctx: TenantCtx) -> None:
    """Every minute: ask about what has had no final answer for two minutes."""
    async with ctx.read() as tx:
        ids = await repository.due(tx, BATCH)
    for op_id in ids:
        try:
            await settle(ctx, await find_op(ctx, op_id))
        except Exception:
            # One that nobody can settle must not keep the others waiting.
            log.exception("op %s cannot be settled", op_id)
            await note_silence(ctx, op_id)


async def reconcile_nightly(ctx: TenantCtx) -> None:
    await reconcile(ctx)


async def reconcile_monthly(ctx: TenantCtx) -> list[Report]:
    """Daily, so that one that failed comes again on the next day: with the providers whose last monthly comparison is
    a month old, what changed after the three days in which the nights looked at it."""
    found = providers(ctx)
    async with ctx.read() as tx:
        now = await tx.value("SELECT now()")
        due = await comparing.month_due(tx, found, now)
    return await compare_all(ctx, now, due, Look.MONTHLY)


async def compare_now(ctx: TenantCtx, _payload: Compare, _: Job) -> None:
    """The job behind ``comparing.later``: the last three days, and then a month that did not come to its end."""
    await reconcile(ctx)
    await comparing.month_later(ctx, providers(ctx))


async def compare_month(ctx: TenantCtx, _payload: Compare, _: Job) -> None:
    """The job behind ``comparing.month_later``."""
    await reconcile_monthly(ctx)


async def reconcile(ctx: TenantCtx) -> list[Report]:
    """Provider ↔ op ↔ ledger of the last three days, and the provider's balance ↔ ledger; one report for each
    provider that answers.

    What the provider says of the ops that differ, and of disputes, is applied afterwards: a lost webhook is
    caught up on, and the report says that there was one. A comparison that did not come to its end stays noted.
    """
    async with ctx.read() as tx:
        now = await tx.value("SELECT now()")
    return await compare_all(ctx, now, dict.fromkeys(providers(ctx), LOOK_BACK), Look.NIGHTLY)


async def compare_all(
    ctx: TenantCtx, now: datetime, look_back: Mapping[str, timedelta], look: Look, within: float = COMPARE_S
) -> list[Report]:
    """All of them together in ``within`` seconds: each has its part of what those before it left."""
    clock, reports = asyncio.get_running_loop(), []
    deadline = clock.time() + within
    for nth, (provider_id, back) in enumerate(look_back.items()):
        part = (deadline - clock.time()) / (len(look_back) - nth)
        async with ctx.begin() as tx:
            await comparing.begin(tx, provider_id, look)
        try:
            async with asyncio.timeout(part):
                provider = providers(ctx)[provider_id]
                report, found = await _reconcile_with(ctx, provider_id, provider, now, now - back)
                reports.append(report)
                await _catch_up(ctx, provider_id, provider, now - back, found)
            after = comparing.end
        except (ProviderUnreachable, TimeoutError) as error:
            log.warning("no whole reconciliation with %s: %r", provider_id, error)
            after = comparing.fail
        except Exception:
            # One whose books cannot be compared must not keep the others waiting.
            log.exception("the books of %s cannot be compared", provider_id)
            after = comparing.fail
        async with ctx.begin() as tx:
            await after(tx, provider_id, look)
    return reports


async def _reconcile_with(
    ctx: TenantCtx,
    provider_id: str,
    provider: PaymentProvider,
    now: datetime,
    since: datetime,
) -> tuple[Report, list[Difference]]:
    """The report, and what differs with that which staff know of."""
    theirs = by_op(await answer(provider.records(since), None))
    moved = await answer(provider.movements(since - movements.MARGIN), None)
    async with ctx.begin() as tx:
        ours = {
            op.id: op
            for op in await repository.ops_since(tx, provider_id, since)
            if op.kind not in _UNCOMPARED
        }
        ours |= {op.id: op for op in await repository.ops_by_id(tx, list(set(theirs) - set(ours)))}
        transfers = await ledger.booked(tx, list(ours))
        differences = [
            found
            for op_id in sorted(ours.keys() | theirs.keys())
            for found in compare(op_id, ours.get(op_id), theirs.get(op_id, []), transfers.get(op_id), now)
        ]
        # Both of one op, so that whoever notes the one has seen the other.
        differences += await movements.compare(tx, provider_id, moved, since, now)
        seen = await acknowledged(tx, provider_id)
        news = [found for found in differences if found not in seen]
        report = _report(now, since, provider_id, ours, news, len(moved))
        await repository.insert_report(tx, report)
    if news:
        log.error("reconciliation with %s: %s differences", provider_id, len(news))
    return report, differences


async def _catch_up(
    ctx: TenantCtx,
    provider_id: str,
    provider: PaymentProvider,
    since: datetime,
    differences: Sequence[Difference],
) -> None:
    for difference in differences:
        if difference.trouble is Trouble.STATE and difference.op_id:
            status = await answer(provider.find(difference.op_id))
            if status is not None:
                await _each(difference.op_id, apply(ctx, difference.op_id, status))
    async with ctx.read() as tx:
        # They take weeks: those that we believe open are asked for however old they are.
        open_ones = [one.reference for one in await disputes.open_ones(tx) if one.provider_id == provider_id]
    # Providers made before ``references`` know of none: they are named only where there are any.
    asked = provider.disputes(since, open_ones) if open_ones else provider.disputes(since)
    for dispute in await answer(asked, None):
        await _each(dispute.reference, disputes.apply(ctx, provider_id, dispute))


async def _each(about: object, act: Awaitable[object]) -> None:
    """One that cannot be applied must not keep the others waiting."""
    try:
        await act
    except Exception:
        log.exception("what the provider says of %s cannot be applied", about)


class _Acknowledged(msgspec.Struct, frozen=True):
    differences: list[Difference]


async def acknowledged(tx: Tx, provider_id: str) -> set[Difference]:
    """Those that staff know the reason of: on other nights the same again is no news, and stops no payouts. What is
    about the whole balance is made anew by each payout, and is never known before."""
    rows = await tx.all(
        _Acknowledged,
        "SELECT r.differences FROM payments_report r JOIN payments_acknowledgement a ON a.report_id = r.id"
        " WHERE r.provider_id = $1 AND r.differences <> '[]'::jsonb",
        provider_id,
    )
    return {difference for row in rows for difference in row.differences if difference.op_id is not None}


async def payouts_stopped(tx: Tx) -> bool:
    """Differences that nobody has acknowledged."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM payments_report r WHERE r.differences <> '[]'::jsonb AND NOT EXISTS"
            " (SELECT 1 FROM payments_acknowledgement a WHERE a.report_id = r.id))"
        )
    )


async def acknowledge(ctx: TenantCtx, report_id: uuid.UUID, note: str) -> None:
    """Staff know why the books differed. Once; a second time changes nothing. Raises NotFound."""
    async with ctx.begin() as tx:
        if not await tx.value("SELECT EXISTS (SELECT 1 FROM payments_report WHERE id = $1)", report_id):
            raise NotFound
        done = await tx.execute(
            "INSERT INTO payments_acknowledgement (report_id, user_id, name, note) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (report_id) DO NOTHING",
            *(report_id, ctx.actor.user_id, ctx.actor.name_in_log, note),
        )
        if done:
            await ctx.audit(tx, "payments.report_acknowledged", str(report_id), note=note)


def _report(
    now: datetime,
    since: datetime,
    provider_id: str,
    ours: Mapping[uuid.UUID, Op],
    differences: list[Difference],
    moved: int,
) -> Report:
    done = [op for op in ours.values() if op.state is OpState.SUCCEEDED]
    return Report(
        id=uuid7(),
        at=now,
        since=since,
        provider_id=provider_id,
        compared=len(ours),
        charged=sum(op.captured for op in done if op.kind is OpKind.CHARGE),
        refunded=sum(op.amount for op in done if op.kind is OpKind.REFUND),
        differences=differences,
        moved=moved,
    )


def by_op(records: Iterable[ProviderRecord]) -> dict[uuid.UUID, list[ProviderRecord]]:
    """One record for each op, unless something happened twice."""
    found: dict[uuid.UUID, list[ProviderRecord]] = {}
    for record in records:
        found.setdefault(record.op_id, []).append(record)
    return found


def compare(
    op_id: uuid.UUID, op: Op | None, records: Sequence[ProviderRecord], booked: Booked | None, now: datetime
) -> list[Difference]:
    """How one op differs between our books, the provider's and the ledger."""
    record = _counting(op, records)
    if op is None:
        return [Difference(op_id, Trouble.MISSING_HERE, "", record.reference)] if record else []
    if not op.is_final and now - (op.first_sent_at or now) <= SETTLE_WITHIN:
        return []
    found = _with_ledger(op, booked)
    if record is None:
        if op.state is OpState.SUCCEEDED and not op.note:
            found.append(Difference(op_id, Trouble.MISSING_THERE, op.provider_ref, ""))
    else:
        found += _with_record(op, record) + _more_than(record, records)
    # What the provider itself is still processing, such as a refund that waits for the bank, is on its way.
    is_told = record is not None and record.state is ChargeState.PROCESSING
    if op.first_sent_at is not None and op.state in _ON_ITS_WAY and not is_told:
        found.append(Difference(op_id, Trouble.OVERDUE, op.state.value, ""))
    return found


def _counting(op: Op | None, records: Sequence[ProviderRecord]) -> ProviderRecord | None:
    """The one that we know of, else one that took money."""
    known = next((one for one in records if op and one.reference == op.provider_ref), None)
    return known or next((one for one in records if one.state in _TAKEN), None) or next(iter(records), None)


def _more_than(record: ProviderRecord, records: Sequence[ProviderRecord]) -> list[Difference]:
    """What took or reserved money for the same op besides: it happened twice."""
    return [
        Difference(record.op_id, Trouble.TWICE, record.reference, one.reference)
        for one in records
        if one is not record and one.state in _TAKEN
    ]


def _with_record(op: Op, record: ProviderRecord) -> list[Difference]:
    found = []
    if op.currency != record.amount.currency:
        found.append(Difference(op.id, Trouble.CURRENCY, op.currency, record.amount.currency))
    elif op.amount != record.amount.amount:
        found.append(Difference(op.id, Trouble.AMOUNT, str(op.amount), str(record.amount.amount)))
    elif op.state is OpState.SUCCEEDED and record.captured not in (None, _moved(op)):
        found.append(Difference(op.id, Trouble.AMOUNT, str(_moved(op)), str(record.captured)))
    # What staff paid by hand has failed at the provider, and is right; else it went back twice.
    is_twice = bool(op.note) and record.state is ChargeState.SUCCEEDED
    if is_twice or (op.state not in _EXPECTED[record.state] and not op.note):
        found.append(Difference(op.id, Trouble.STATE, op.state.value, record.state.value))
    return found


def _with_ledger(op: Op, booked: Booked | None) -> list[Difference]:
    expected = _moved(op) if op.state is OpState.SUCCEEDED else 0
    if expected and booked is None:
        return [Difference(op.id, Trouble.NOT_BOOKED, str(expected), "")]
    if booked is not None and (booked.amount != expected or booked.count != 1):
        return [Difference(op.id, Trouble.BOOKED_WRONG, str(expected), str(booked.amount))]
    return []


def _moved(op: Op) -> int:
    """What an op that succeeded moved."""
    return op.captured if op.kind is OpKind.CHARGE else op.amount
