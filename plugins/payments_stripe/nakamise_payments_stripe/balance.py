"""The rows of Stripe's balance, and what of ours each is about."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from nakamise.contracts.payment_movements import Movement, MovementKind
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise_payments_stripe import objects, reading
from nakamise_payments_stripe.calls import Calls, Json

_KINDS: Final[Mapping[str, MovementKind]] = {
    "charge": MovementKind.CHARGE,
    "payment": MovementKind.CHARGE,
    "refund": MovementKind.REFUND,
    "payment_refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND_FAILED,
    "payment_failure_refund": MovementKind.REFUND_FAILED,
    "transfer": MovementKind.TRANSFER,
    "transfer_refund": MovementKind.REVERSAL,
    "payout": MovementKind.PAYOUT,
    "payout_failure": MovementKind.PAYOUT_FAILED,
    "payout_cancel": MovementKind.PAYOUT_FAILED,
}
# Adjustments say by their category what they are for.
_ADJUSTMENTS: Final[Mapping[str, MovementKind]] = {
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE_WON,
}
# Refunds are known by their own id, although they name the intent too.
_BY_OWN_ID: Final = frozenset(
    {"refund", "payment_refund", "refund_failure", "payment_failure_refund", "transfer", "transfer_refund"}
)
_DISPUTES: Final = frozenset(_ADJUSTMENTS.values())
_PAYOUTS: Final = (MovementKind.PAYOUT, MovementKind.PAYOUT_FAILED)


async def movements(ctx: TenantCtx, calls: Calls, since: datetime) -> Sequence[Movement]:
    """Raises ProviderUnreachable."""
    made = {"gte": int(since.timestamp())}
    rows = [
        row async for row in calls.pages("/v1/balance_transactions", created=made, expand=["data.source"])
    ]
    async with ctx.read() as tx:
        ops = await objects.ops_of(tx, [_ours(row) for row in rows])
        unknown = [row for row in rows if _ours(row) not in ops]
        asked = await objects.asked(tx, [op_id for row in unknown if (op_id := reading.op_of(_source(row)))])
    again = _again(unknown, asked)
    return [movement(row, ops | again) for row in rows]


def _again(rows: Sequence[Json], asked: Collection[uuid.UUID]) -> dict[str, uuid.UUID]:
    """What was made a second time with a key of ours, by Stripe's ids. What staff gave back or reversed there counts
    with that as somebody else's: together they are nothing."""
    left: Counter[str] = Counter()
    for row in rows:
        left[_root(row)] += int(row["amount"])
    made = [(row, op_id) for row in rows if (op_id := reading.op_of(_source(row))) in asked]
    return {_ours(row): op_id for row, op_id in made if op_id and left[_root(row)]}


def _root(row: Json) -> str:
    """The intent or the transfer that a row has to do with."""
    about = _source(row)
    return str(about.get("payment_intent") or about.get("transfer") or about.get("id"))


def movement(row: Json, ops: Mapping[str, uuid.UUID]) -> Movement:
    """``ops``: our ops by Stripe's ids. What is none of ours, and no payout, is somebody else's."""
    kind = _KINDS.get(row["type"]) or _ADJUSTMENTS.get(str(row.get("reporting_category")))
    op_id = ops.get(_ours(row))
    amount, fee = abs(int(row["amount"])), int(row["fee"])
    if kind is None or (op_id is None and kind not in _PAYOUTS):
        net = int(row["net"])
        kind = MovementKind.OTHER_IN if net > 0 else MovementKind.OTHER_OUT
        amount, fee, op_id = abs(net), 0, None
    return Movement(
        kind=kind,
        reference=str(_source(row).get("id") or row["id"]) if kind in _DISPUTES else str(row["id"]),
        amount=Money(amount, str(row["currency"]).upper()),
        at=datetime.fromtimestamp(int(row["created"]), UTC),
        op_id=op_id,
        fee=fee,
    )


def _source(row: Json) -> Mapping[str, Any]:
    """What the row is about; only its id where it is not expanded."""
    found = row.get("source")
    return found if isinstance(found, dict) else {"id": found}


def _ours(row: Json) -> str:
    """The id under which we know it: of charges and disputes that of their intent."""
    about = _source(row)
    return str(about.get("id" if row["type"] in _BY_OWN_ID else "payment_intent") or "")
