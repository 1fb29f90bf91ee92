"""Webhooks: verified, written down once, answered; then the object is fetched and applied.

An event only says that something may have changed. What is true is asked for, so duplicates, any order and forged
contents do no harm, and a lost event is found by asking about the object later.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from nakamise.contracts.payments import PaymentReports, ProviderUnreachable
from nakamise.errors import BadRequest
from nakamise.plugin import Job, TenantCtx
from nakamise.web import N_
from nakamise_payments_stripe import accounts, objects, reading
from nakamise_payments_stripe.calls import Refused
from nakamise_payments_stripe.provider import EXPAND, ID, StripeProvider
from nakamise_payments_stripe.settings import StripeSettings

log: Final = logging.getLogger("nakamise.payments_stripe")
TOLERANCE_S: Final = 300
HANDLE: Final = "payments_stripe.handle"
KEEP_DAYS: Final = 90
# By the next try: what fails again and again stands behind the others.
_DUE: Final = "SELECT id FROM payments_stripe_event WHERE handled_at IS NULL AND next_at <= now() ORDER BY next_at LIMIT 100"


class _Object(msgspec.Struct):
    """Some have no id, such as a balance."""

    id: str = ""
    object: str = ""
    charge: Any = None
    payment_intent: Any = None
    source: Any = None


class _Data(msgspec.Struct):
    object: _Object


class Event(msgspec.Struct):
    """What we read of an event."""

    id: str
    type: str
    data: _Data
    account: str | None = None


class Handle(msgspec.Struct, frozen=True):
    """The job's payload."""

    event_id: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of payments_stripe_event."""

    id: str
    type: str
    object_id: str
    account: str


def verified(ctx: TenantCtx, body: bytes, header: str) -> Event:
    """The event in ``body``. Raises BadRequest for a wrong or old signature, and for what is no event."""
    wrong = BadRequest(N_("The signature is wrong."), code="bad_signature", domain=ID)
    secret = ctx.settings(StripeSettings).webhook_secret
    stamp, signatures = _parts(header)
    if not secret or stamp is None or abs(time.time() - stamp) > TOLERANCE_S:
        raise wrong
    expected = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in signatures):
        raise wrong
    try:
        return msgspec.json.decode(body, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(N_("This is no event."), code="bad_event", domain=ID) from error


def _parts(header: str) -> tuple[int | None, list[str]]:
    """Of ``t=1700000000,v1=…,v1=…``."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    stamp = next((value for name, _, value in pairs if name == "t"), "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 15):
        return None, []
    return int(stamp), [value for name, _, value in pairs if name == "v1"]


async def receive(ctx: TenantCtx, event: Event) -> bool:
    """Write it down; False when it was there before. Unknown types are kept too."""
    async with ctx.begin() as tx:
        done = await tx.execute(
            "INSERT INTO payments_stripe_event (id, type, object_id, account) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (id) DO NOTHING",
            *(event.id, event.type, event.data.object.id, event.account or ""),
        )
        if done:
            await ctx.enqueue(tx, HANDLE, Handle(event.id))
    return done == 1


async def handle(ctx: TenantCtx, payload: Handle, _: Job) -> None:
    """The job of one event."""
    await _handle(ctx, payload.event_id)


async def handle_due(ctx: TenantCtx) -> None:
    """Every minute: what could not be handled, e.g. because Stripe did not answer."""
    async with ctx.read() as tx:
        ids = await tx.values(_DUE)
    for event_id in ids:
        await _handle(ctx, event_id)


async def _handle(ctx: TenantCtx, event_id: str) -> None:
    async with ctx.read() as tx:
        row = await tx.first(
            Row,
            "SELECT id, type, object_id, account FROM payments_stripe_event WHERE id = $1 AND handled_at IS NULL",
            event_id,
        )
    if row is None:
        return
    try:
        await _act(ctx, row)
    except (ProviderUnreachable, Refused) as error:
        log.warning("event %s (%s) was not handled: %s", row.id, row.type, error)
        await _again(ctx, row, str(error))
        return
    except Exception as error:
        # One event that nobody can handle must not keep the others waiting.
        log.exception("event %s (%s) could not be handled", row.id, row.type)
        await _again(ctx, row, repr(error))
        return
    async with ctx.begin() as tx:
        await tx.execute(
            "UPDATE payments_stripe_event SET handled_at = now(), error = '' WHERE id = $1", row.id
        )


async def _again(ctx: TenantCtx, row: Row, error: str) -> None:
    async with ctx.begin() as tx:
        await tx.execute(
            "UPDATE payments_stripe_event SET attempts = attempts + 1, error = $2,"
            " next_at = now() + least(60, 2 ^ least(attempts, 6)) * interval '1 minute' WHERE id = $1",
            *(row.id, error[:500]),
        )


def concerns_us(type_: str) -> bool:
    """Whether something follows from events of this type."""
    return _family(type_) is not None


def _family(type_: str) -> str | None:
    return next((one for one in _ACTS if type_.startswith(one)), None)


async def _act(ctx: TenantCtx, row: Row) -> None:
    family = _family(row.type)
    if family is not None and row.object_id:
        await _ACTS[family](ctx, row)


async def _intent(ctx: TenantCtx, row: Row) -> None:
    found = await StripeProvider(ctx).fetch(row.object_id, "/v1/payment_intents", expand=EXPAND)
    op_id = reading.op_of(found) if found else None
    if found and op_id:
        await _know(ctx, op_id, found)
        await ctx.service(PaymentReports).heard(op_id, reading.intent(found))


async def _refund(ctx: TenantCtx, row: Row) -> None:
    if not row.object_id.startswith("re_"):
        return
    found = await StripeProvider(ctx).fetch(row.object_id, "/v1/refunds")
    op_id = reading.op_of(found) if found else None
    if found and op_id:
        await _know(ctx, op_id, found)
        await ctx.service(PaymentReports).heard(op_id, reading.refund(found))


async def _dispute(ctx: TenantCtx, row: Row) -> None:
    provider = StripeProvider(ctx)
    found = await provider.fetch(row.object_id, "/v1/disputes")
    status = await provider.dispute_of(found) if found else None
    if status:
        await ctx.service(PaymentReports).disputed(ID, status)


async def _account(ctx: TenantCtx, row: Row) -> None:
    await accounts.heard(ctx, row.object_id)


async def _know(ctx: TenantCtx, op_id: uuid.UUID, found: Mapping[str, Any]) -> None:
    """The answer of the call may have been lost: now its id is known."""
    async with ctx.begin() as tx:
        await objects.answered(tx, op_id, str(found["id"]))


# By the beginning of an event's type; others are kept and change nothing.
_ACTS: Final[Mapping[str, Callable[[TenantCtx, Row], Awaitable[None]]]] = {
    "payment_intent.": _intent,
    "charge.dispute.": _dispute,
    "charge.refund.": _refund,
    "refund.": _refund,
    "account.updated": _account,
}


async def tidy(ctx: TenantCtx) -> None:
    """Daily: events that were handled long ago."""
    async with ctx.begin() as tx:
        await tx.execute(
            "DELETE FROM payments_stripe_event WHERE handled_at < now() - $1 * interval '1 day'", KEEP_DAYS
        )
