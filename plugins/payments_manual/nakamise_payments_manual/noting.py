"""What staff note of the bank's list: an arrival, a mistake, money that they sent back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from nakamise.contracts.payments import ChargeState, PaymentReports
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import Job, TenantCtx
from nakamise.web import N_
from nakamise_payments_manual import books
from nakamise_payments_manual.books import OWED, Entry

TELL: Final = "payments_manual.tell"
_JAPAN: Final = ZoneInfo("Asia/Tokyo")
_NOTE: Final = (
    "INSERT INTO payments_manual_note (id, charge_key, version, kind, amount, day, words, by_id, by_name)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)
# The version that was seen makes one receipt of what two people note at once; what comes besides is to be paid back.
_ARRIVED: Final = (
    "UPDATE payments_manual_charge SET received = received + $2, version = version + 1,"
    " state = CASE WHEN received + $2 - returned >= amount THEN 'succeeded' ELSE state END,"
    " settled_at = CASE WHEN received + $2 - returned >= amount THEN coalesce(settled_at, (SELECT now())) END"
    " WHERE key = $1 AND version = $3 AND number <> ''"
)
_SENT_BACK: Final = (
    "UPDATE payments_manual_charge SET returned = returned + $2, version = version + 1"  # noqa: S608
    f" WHERE key = $1 AND version = $3 AND state <> 'requires_action' AND {OWED} = $2"
)
_MISTAKEN: Final = (
    "UPDATE payments_manual_charge SET received = received - $2, version = version + 1"
    " WHERE key = $1 AND version = $3"
    " AND received - returned - CASE state WHEN 'succeeded' THEN amount ELSE 0 END >= $2"
)
_NOTES: Final = (
    "SELECT id, version, kind, amount, day, words, by_name, at, undone FROM payments_manual_note"
    " WHERE charge_key = $1 ORDER BY version"
)


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` in yen came on ``day`` (of the bank's list, in Japan); ``version`` is what the page showed, ``besides``
    that it said that the transfer was whole before."""

    amount: int
    day: date
    version: int
    besides: bool = False


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A row of what staff noted; ``kind`` says which way the money went."""

    id: uuid.UUID
    version: int
    kind: Literal["in", "out"]
    amount: int
    day: date
    words: str
    by_name: str
    at: datetime
    undone: bool


class Tell(msgspec.Struct, frozen=True):
    """The job's payload: the transfer that is whole."""

    key: uuid.UUID


async def find(tx: Tx, key: uuid.UUID) -> Entry:
    """Raises NotFound."""
    entry = await books.get(tx, key)
    if entry is None or not entry.number:
        raise NotFound
    return entry


async def notes_of(tx: Tx, key: uuid.UUID) -> Sequence[Note]:
    """Oldest first."""
    return await tx.all(Note, _NOTES, key)


def check(entry: Entry, arrival: Arrival, today: date) -> None:
    """Raises Invalid for a day that cannot be; Conflict when it was whole before and nobody said so, or somebody acted
    meanwhile."""
    if entry.is_paid and not arrival.besides:
        raise Conflict(
            N_("This transfer is noted as whole already."), code="transfer_whole", domain="payments_manual"
        )
    if entry.version != arrival.version:
        raise _meanwhile()
    if not entry.created_at.astimezone(_JAPAN).date() <= arrival.day <= today:
        message = N_("Please enter the day on the bank's list: from the order's day until today.")
        raise Invalid({"day": FieldError(message, domain="payments_manual")})


async def arrived(ctx: TenantCtx, key: uuid.UUID, arrival: Arrival) -> tuple[Entry, Entry]:
    """The transfer before and after it; when it became whole the payments hear after the commit. Raises NotFound;
    Invalid and Conflict as ``check``."""
    async with ctx.begin() as tx:
        before = await find(tx, key)
        check(before, arrival, today(ctx))
        await tx.must_touch_one(_meanwhile(), _ARRIVED, key, arrival.amount, arrival.version)
        await _note(ctx, tx, key, arrival.version, "in", arrival.amount, arrival.day, "")
        entry = await books.known(tx, key)
        if entry.is_paid and not before.is_paid:
            await ctx.enqueue(tx, TELL, Tell(key))
        await ctx.audit(tx, "payments_manual.arrived", str(key), number=entry.number, amount=arrival.amount)
    return before, entry


async def sent_back(ctx: TenantCtx, key: uuid.UUID, amount: int, words: str, version: int) -> None:
    """All that is owed; ``words`` say how it was paid. Raises NotFound; Conflict when it is not owed any more."""
    async with ctx.begin() as tx:
        entry = await find(tx, key)
        await tx.must_touch_one(_meanwhile(), _SENT_BACK, key, amount, version)
        await _note(ctx, tx, key, version, "out", amount, today(ctx), words)
        await ctx.audit(tx, "payments_manual.sent_back", str(key), number=entry.number, amount=amount)


async def mistaken(ctx: TenantCtx, key: uuid.UUID, note_id: uuid.UUID, version: int) -> None:
    """An arrival that was none. A whole transfer stays whole, for its order has heard: what came besides can be taken
    back. Raises NotFound, Conflict."""
    async with ctx.begin() as tx:
        entry = await find(tx, key)
        amount = await tx.value(
            "UPDATE payments_manual_note SET undone = true"
            " WHERE id = $1 AND charge_key = $2 AND kind = 'in' AND NOT undone RETURNING amount",
            *(note_id, key),
        )
        if amount is None:
            raise _meanwhile()
        await tx.must_touch_one(_meanwhile(), _MISTAKEN, key, amount, version)
        await ctx.audit(tx, "payments_manual.mistaken", str(key), number=entry.number, amount=amount)


async def tell(ctx: TenantCtx, payload: Tell, _: Job) -> None:
    """The job of a transfer that is whole: what it pays for goes on, or the money goes back because it came late."""
    async with ctx.read() as tx:
        entry = await books.get(tx, payload.key)
    if entry is not None and entry.state is ChargeState.SUCCEEDED:
        await ctx.service(PaymentReports).heard(entry.key, entry.status())


async def _note(
    ctx: TenantCtx, tx: Tx, key: uuid.UUID, version: int, kind: str, amount: int, day: date, words: str
) -> None:
    actor = ctx.actor
    await tx.execute(
        _NOTE, *(uuid7(), key, version, kind, amount, day, words, actor.user_id, actor.name_in_log)
    )


def was_in_time(ctx: TenantCtx, entry: Entry, arrival: Arrival) -> bool:
    """The last day is over, and the bank had the money by then."""
    return entry.due_at <= ctx.now() and arrival.day <= entry.due_at.astimezone(_JAPAN).date()


def today(ctx: TenantCtx) -> date:
    """Where the bank is."""
    return ctx.now().astimezone(_JAPAN).date()


def _meanwhile() -> Conflict:
    message = N_("Somebody noted something about this transfer meanwhile. Please look at it again.")
    return Conflict(message, code="transfer_changed", domain="payments_manual")
