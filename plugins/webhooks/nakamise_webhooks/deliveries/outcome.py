"""What follows from a try: done, another try later, given up, or the endpoint switched off."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_webhooks.deliveries.alarm import switch_off
from nakamise_webhooks.deliveries.schemas import JOB, Headers, Ticket
from nakamise_webhooks.settings import WebhooksSettings

FIRST_WAIT_S: Final = 60
RETRY_AFTER_MAX_S: Final = 86_400
_GONE: Final = 410
_ATTEMPT: Final = """
INSERT INTO webhooks_attempt (id, delivery_id, at, ms, status, error, request_headers, answer_headers, answer_body,
    is_cut) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_SETTLE: Final = (
    "UPDATE webhooks_delivery SET state = $3, tries = $4, last_status = $5, last_error = $6, settled_at = $7,"
    " next_at = NULL WHERE id = $1 AND ticket = $2 AND state = 'waiting'"
)
_AGAIN: Final = (
    "UPDATE webhooks_delivery SET tries = $3, last_status = $4, last_error = $5, next_at = $6,"
    " ticket = ticket + 1 WHERE id = $1 AND ticket = $2 AND state = 'waiting'"
)
_WORKS: Final = (
    "UPDATE webhooks_endpoint SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL"
)
_FAILS: Final = "UPDATE webhooks_endpoint SET failing_since = coalesce(failing_since, $2) WHERE id = $1"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """``error`` "" = delivered, "status" = an answer that is none of 2xx, else why there was no answer."""

    error: str
    status: int | None = None
    ms: int = 0
    request_headers: Headers = []
    answer_headers: Headers = []
    answer_body: str = ""
    is_cut: bool = False
    retry_after: str = ""


async def record(
    ctx: TenantCtx,
    tx: Tx,
    delivery_id: uuid.UUID,
    endpoint_id: uuid.UUID,
    ticket: int,
    tries_before: int,
    outcome: Outcome,
) -> None:
    """Nothing changes when somebody repeated the delivery meanwhile: that has a ticket of its own."""
    tries, now = tries_before + 1, ctx.now()
    told = (outcome.status, outcome.error)
    if not outcome.error:
        touched = await tx.execute(_SETTLE, delivery_id, ticket, "delivered", tries, *told, now)
        await tx.execute(_WORKS, endpoint_id)
    elif _is_last(ctx, tries, outcome):
        touched = await tx.execute(_SETTLE, delivery_id, ticket, "dead", tries, *told, now)
    else:
        at = now + timedelta(seconds=wait_s(tries, outcome.retry_after, now))
        touched = await tx.execute(_AGAIN, delivery_id, ticket, tries, *told, at)
        if touched:
            await ctx.enqueue(tx, JOB, Ticket(delivery_id, ticket + 1), run_at=at)
    if touched and outcome.error != "endpoint_off":
        await _keep(tx, delivery_id, now, outcome)
        if outcome.error:
            await _judge(ctx, tx, endpoint_id, outcome)


def wait_s(tries: int, retry_after: str, now: datetime) -> float:
    """One minute, doubled with each try, up to a tenth more; never less than the receiver asks for."""
    jitter = 1 + secrets.randbelow(100) / 1000
    own = FIRST_WAIT_S * float(1 << (tries - 1)) * jitter
    return max(own, asked_wait_s(retry_after, now))


def asked_wait_s(value: str, now: datetime) -> float:
    """Retry-After as seconds or date (RFC 9110 §10.2.3), at most a day; 0 for anything else."""
    if value.isdecimal() and value.isascii():
        return min(int(value[:9]), RETRY_AFTER_MAX_S)
    try:
        wanted = parsedate_to_datetime(value)
    except ValueError:
        return 0
    if wanted.tzinfo is None:
        return 0
    return min(max((wanted - now).total_seconds(), 0), RETRY_AFTER_MAX_S)


def _is_last(ctx: TenantCtx, tries: int, outcome: Outcome) -> bool:
    given_up = outcome.status == _GONE or outcome.error == "endpoint_off"
    return given_up or tries >= ctx.settings(WebhooksSettings).tries


async def _keep(tx: Tx, delivery_id: uuid.UUID, now: datetime, outcome: Outcome) -> None:
    await tx.execute(
        _ATTEMPT,
        uuid7(),
        delivery_id,
        now,
        outcome.ms,
        outcome.status,
        outcome.error,
        outcome.request_headers,
        outcome.answer_headers,
        outcome.answer_body,
        outcome.is_cut,
    )


async def _judge(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID, outcome: Outcome) -> None:
    await tx.execute(_FAILS, endpoint_id, ctx.now())
    if outcome.status == _GONE:
        await switch_off(ctx, tx, endpoint_id, "gone")
    else:
        await switch_off(ctx, tx, endpoint_id, "failing")
