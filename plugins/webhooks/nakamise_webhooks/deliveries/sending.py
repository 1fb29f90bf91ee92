"""One try to deliver: at least once, with the same message id each time."""

from __future__ import annotations

import time
import uuid

import msgspec

from nakamise.egress import Answer, EgressFailed
from nakamise.plugin import Job, TenantCtx
from nakamise_webhooks.deliveries.outcome import Outcome, record
from nakamise_webhooks.deliveries.schemas import Headers, Ticket
from nakamise_webhooks.endpoints.service import old_secret_place, secret_place
from nakamise_webhooks.signing import headers

_BODY_KEPT = 4096
_HEADERS_KEPT = 40
_HEADER_KEPT = 400
_DUE = """
SELECT d.id, d.endpoint_id, d.ticket, d.tries, d.message_id AS event_id, m.body, e.url, e.is_on, e.secret,
    CASE WHEN e.old_secret_until > $3 THEN e.old_secret ELSE '' END AS old_secret
FROM webhooks_delivery d JOIN webhooks_message m ON m.id = d.message_id
JOIN webhooks_endpoint e ON e.id = d.endpoint_id
WHERE d.id = $1 AND d.ticket = $2 AND d.state = 'waiting'
"""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent; ``tries`` were made before."""

    id: uuid.UUID
    endpoint_id: uuid.UUID
    event_id: uuid.UUID
    ticket: int
    tries: int
    body: str
    url: str
    is_on: bool
    secret: str
    old_secret: str


async def deliver(ctx: TenantCtx, payload: Ticket, _job: Job) -> None:
    """No transaction is open while the receiver is waited for; a crash then means one more try."""
    async with ctx.read() as tx:
        due = await tx.first(Due, _DUE, payload.delivery_id, payload.ticket, ctx.now())
    if due is None:
        return
    outcome = await _send(ctx, due) if due.is_on else Outcome(error="endpoint_off")
    async with ctx.begin() as tx:
        await record(ctx, tx, due.id, due.endpoint_id, due.ticket, due.tries, outcome)


async def _send(ctx: TenantCtx, due: Due) -> Outcome:
    body = due.body.encode()
    signed = headers(due.event_id, int(ctx.now().timestamp()), body, _secrets(ctx, due))
    sent: Headers = list(signed.items())
    started = time.monotonic()
    try:
        answer = await ctx.egress.send("POST", due.url, headers=signed, content=body)
    except EgressFailed as failed:
        ms = int((time.monotonic() - started) * 1000)
        return Outcome(error=failed.reason, ms=ms, request_headers=sent)
    return _answered(answer, sent)


def _secrets(ctx: TenantCtx, due: Due) -> list[str]:
    found = [ctx.unseal(secret_place(due.endpoint_id), due.secret)]
    if due.old_secret:
        found.append(ctx.unseal(old_secret_place(due.endpoint_id), due.old_secret))
    return found


def _answered(answer: Answer, sent: Headers) -> Outcome:
    # PostgreSQL takes no NUL in text.
    text = answer.body.decode("utf-8", "replace").replace("\0", "�")
    return Outcome(
        status=answer.status,
        error="" if 200 <= answer.status < 300 else "status",
        ms=answer.ms,
        request_headers=sent,
        answer_headers=[
            (name[:_HEADER_KEPT], value[:_HEADER_KEPT].replace("\0", "�"))
            for name, value in answer.headers[:_HEADERS_KEPT]
        ],
        answer_body=text[:_BODY_KEPT],
        is_cut=answer.is_cut or len(text) > _BODY_KEPT,
        retry_after=answer.header("retry-after"),
    )
