"""Stripe's own books of what we asked for, for the comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from nakamise.contracts.payments import ChargeStatus, OpKind, ProviderRecord
from nakamise.plugin import TenantCtx
from nakamise_payments_stripe import objects, reading
from nakamise_payments_stripe.calls import Calls, Json, Refused

# Clocks differ; what was asked is looked for from a little earlier.
SLACK: Final = timedelta(minutes=10)
PATHS: Final = {"charge": "/v1/payment_intents", "refund": "/v1/refunds", "transfer": "/v1/transfers"}
READERS: Final[dict[str, Callable[[Json], ChargeStatus]]] = {
    "charge": reading.intent,
    "refund": reading.refund,
    "transfer": reading.transfer,
    "reversal": reading.transfer,
}


async def records(ctx: TenantCtx, calls: Calls, since: datetime) -> Sequence[ProviderRecord]:
    """What we made, and what others made in the same account with a key of ours; theirs is not our business.

    Raises ProviderUnreachable, Refused.
    """
    begin = since - SLACK
    made = {"gte": int(begin.timestamp())}
    listed = [(kind, one) for kind, path in PATHS.items() async for one in calls.pages(path, created=made)]
    transfers = [one for kind, one in listed if kind == "transfer"]
    listed += [("reversal", one) async for one in _reversals(ctx, calls, transfers, begin)]
    found = [(op_id, kind, one) for kind, one in listed if (op_id := reading.op_of(one))]
    times = Counter(op_id for op_id, _, _ in found)
    return [
        reading.record(OpKind(kind), op_id, READERS[kind](one))
        for op_id, kind, one in found
        if times[op_id] == 1 or not await _is_undone(ctx, calls, op_id, one)
    ]


async def _reversals(
    ctx: TenantCtx, calls: Calls, transfers: Sequence[Json], begin: datetime
) -> AsyncIterator[Json]:
    """Those made since: Stripe lists them by their transfer only, and goods come back long after the share went."""
    for one in transfers:
        shown = one["reversals"]
        if not shown["has_more"]:
            for back in shown["data"]:
                yield back
            continue
        async for back in calls.pages(reversals_of(one["id"])):
            yield back
    async with ctx.read() as tx:
        older = set(await objects.reversed_since(tx, begin)) - {one["id"] for one in transfers}
    for transfer_id in sorted(older):
        async for back in _of_older(calls, transfer_id, begin):
            yield back


async def _of_older(calls: Calls, transfer_id: str, begin: datetime) -> AsyncIterator[Json]:
    """None of a transfer that Stripe does not know: then that is a difference."""
    try:
        async for back in calls.pages(reversals_of(transfer_id)):
            if back["created"] < begin.timestamp():
                return  # the newest come first
            yield back
    except Refused as refused:
        if not refused.is_missing:
            raise


def reversals_of(transfer_id: str) -> str:
    """Their path."""
    return f"{PATHS['transfer']}/{transfer_id}/reversals"


async def _is_undone(ctx: TenantCtx, calls: Calls, op_id: UUID, found: Json) -> bool:
    """Made with a key of ours beside what we know of it, and given back or reversed since: staff did it there."""
    async with ctx.read() as tx:
        known = await objects.of_op(tx, op_id)
    if known is None or known.stripe_id in (None, found["id"]):
        return False
    if known.kind == "charge" and isinstance(found.get("latest_charge"), str):
        charge = await calls.get(f"/v1/charges/{found['latest_charge']}")
        return bool(charge["refunded"])
    return bool(found.get("reversed"))
