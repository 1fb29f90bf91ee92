"""The provider's balance against our ledger: every row there is a row here, and the other way round.

What only the provider knows first is written down as it is found: payouts, its fees, and what others move in the same
account. Everything else that differs is a difference.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.contracts.payment_movements import Movement, MovementKind
from nakamise.db import Tx
from nakamise_payments import ledger, repository
from nakamise_payments.ledger import Entry
from nakamise_payments.schemas import Difference, Op, OpState, Trouble

# Longer than an authorisation lives: a row of ours has its counterpart among those.
MARGIN: Final = timedelta(days=7)
# Providers may book a charge some time after it succeeded, and a webhook may be on its way.
MOVED_WITHIN: Final = timedelta(hours=3)
_COMPARED: Final[Mapping[MovementKind, Entry]] = {
    MovementKind.CHARGE: "capture",
    MovementKind.REFUND: "refund",
    MovementKind.REFUND_FAILED: "refund_failed",
    MovementKind.DISPUTE: "dispute",
    MovementKind.DISPUTE_WON: "dispute_won",
    MovementKind.TRANSFER: "transfer",
    MovementKind.REVERSAL: "reversal",
}
_TAKEN_OVER: Final[Mapping[MovementKind, Entry]] = {
    MovementKind.PAYOUT: "payout",
    MovementKind.PAYOUT_FAILED: "payout_failed",
    MovementKind.OTHER_IN: "other_in",
    MovementKind.OTHER_OUT: "other_out",
}
_ON_ITS_WAY: Final = (OpState.SENDING, OpState.UNKNOWN)
_DISPUTES: Final = (MovementKind.DISPUTE, MovementKind.DISPUTE_WON)
_PAID_OUT: Final = (
    "SELECT DISTINCT currency FROM payments_transfer WHERE kind = 'payout' AND starts_with(idem, $1)"
)
_OURS: Final = (
    "SELECT t.idem, t.op_id, t.amount, t.at FROM payments_transfer t JOIN payments_op o ON o.id = t.op_id"
    " WHERE o.provider_id = $1 AND (t.idem = ANY($2) OR (t.at >= $3 AND t.kind = ANY($4)))"
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of either side; ``idem`` is the ledger's."""

    idem: str
    op_id: uuid.UUID | None
    amount: int
    at: datetime


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    id: uuid.UUID


async def compare(
    tx: Tx, provider_id: str, movements: Sequence[Movement], since: datetime, now: datetime
) -> list[Difference]:
    """``movements`` are those since ``since - MARGIN``."""
    found = await _take_over(tx, provider_id, movements)
    theirs = await _theirs(tx, provider_id, movements)
    kinds = list(_COMPARED.values())
    rows = await tx.all(Row, _OURS, provider_id, [row.idem for row in theirs.values()], since, kinds)
    ours = {row.idem: row for row in rows}
    _forget_refused(ours, theirs)
    return found + [
        difference
        for idem in sorted(ours.keys() | theirs.keys())
        for difference in differences(ours.get(idem), theirs.get(idem), now)
    ]


def _forget_refused(ours: Mapping[str, Row], theirs: dict[str, Row]) -> None:
    """A refund that never arrived moves the provider's balance out and back again, and nothing here."""
    for row in list(theirs.values()):
        there, back = f"refund:{row.op_id}", f"refund_failed:{row.op_id}"
        if row.idem != back or there in ours or back in ours or there not in theirs:
            continue
        if theirs[there].amount == row.amount:
            del theirs[there], theirs[back]


def differences(ours: Row | None, theirs: Row | None, now: datetime) -> list[Difference]:
    """Of one row; what is young may still be on its way to the other side."""
    if ours and theirs:
        if ours.amount == theirs.amount:
            return []
        return [Difference(ours.op_id, Trouble.MOVED, str(ours.amount), str(theirs.amount), ours.idem)]
    found = ours or theirs
    if found is None or now - found.at <= MOVED_WITHIN:
        return []
    if ours:
        return [Difference(ours.op_id, Trouble.NOT_MOVED, str(ours.amount), "", ours.idem)]
    return [Difference(found.op_id, Trouble.ONLY_MOVED, "", str(found.amount), found.idem)]


async def _theirs(tx: Tx, provider_id: str, movements: Sequence[Movement]) -> dict[str, Row]:
    """By the ``idem`` that their counterpart has here, with the fees."""
    disputes = await _known_disputes(tx, provider_id, movements)
    ops = {op.id: op for op in await repository.ops_by_id(tx, [one.op_id for one in movements if one.op_id])}
    found: dict[str, Row] = {}
    for one in movements:
        if one.op_id is None or one.kind not in _COMPARED or _is_pending(one, ops.get(one.op_id)):
            continue
        about = disputes.get(one.reference, one.reference) if one.kind in _DISPUTES else str(one.op_id)
        amounts = {f"{one.kind.value}:{about}": one.amount.amount}
        fee_idem = await _book_fee(tx, one, ops.get(one.op_id), disputes.get(one.reference))
        if fee_idem:
            amounts[fee_idem] = one.fee
        for idem, amount in amounts.items():
            more = found[idem].amount if idem in found else 0
            found[idem] = Row(idem=idem, op_id=one.op_id, amount=amount + more, at=one.at)
    return found


def _is_pending(one: Movement, op: Op | None) -> bool:
    """A refund that left the balance and waits for the bank: whether it arrives is asked about by itself."""
    return one.kind is MovementKind.REFUND and op is not None and op.state in _ON_ITS_WAY


async def _known_disputes(tx: Tx, provider_id: str, movements: Sequence[Movement]) -> dict[str, str]:
    """Our ids by the provider's."""
    rows = await tx.all(
        _Known,
        "SELECT reference, id FROM payments_dispute WHERE provider_id = $1 AND reference = ANY($2)",
        *(provider_id, [one.reference for one in movements if one.kind in _DISPUTES]),
    )
    return {row.reference: str(row.id) for row in rows}


async def _book_fee(tx: Tx, one: Movement, op: Op | None, dispute_id: str | None) -> str:
    """Fees that come after what they are for are written down; the ``idem`` of the fee's row, "" without one."""
    if not one.fee or op is None or op.state is not OpState.SUCCEEDED:
        return ""
    if one.kind is MovementKind.CHARGE:
        idem = f"fee:{op.id}"
        if await repository.set_fee(tx, op.id, one.fee):
            await ledger.enter(tx, op, "fee", one.fee, idem)
        return idem
    if one.kind is MovementKind.DISPUTE and dispute_id:
        idem = f"dispute_fee:{dispute_id}"
        await ledger.enter(tx, op, "dispute_fee", one.fee, idem)
        return idem
    return ""


async def _take_over(tx: Tx, provider_id: str, movements: Sequence[Movement]) -> list[Difference]:
    """Payouts and what others moved, each once. A difference for each currency of which more was paid out than the
    books hold."""
    before = set(await tx.values(_PAID_OUT, f"payout:{provider_id}:"))
    paid_out: set[str] = set()
    for one in movements:
        if one.kind in _TAKEN_OVER and one.amount.amount:
            entry, currency = _TAKEN_OVER[one.kind], one.amount.currency
            idem = f"{entry}:{provider_id}:{one.reference}"
            done = await ledger.move(tx, provider_id, currency, entry, one.amount.amount, idem)
            if done and entry == "payout":
                paid_out.add(currency)
    found = []
    for currency in sorted(paid_out):
        held = await ledger.clearing(tx, provider_id, currency)
        if held < 0 and currency not in before:
            # The account had money before it was ours.
            opening = f"opening:{provider_id}:{currency}"
            await ledger.move(tx, provider_id, currency, "other_in", -held, opening)
        elif held < 0:
            found.append(Difference(None, Trouble.PAID_OUT, str(held), ""))
    return found
