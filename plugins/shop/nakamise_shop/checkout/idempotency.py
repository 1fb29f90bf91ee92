"""One act per ``Idempotency-Key``, whatever the network does to the answer.

The row is written first in the transaction of the act itself: a second request with the key waits for the
first one's commit and then reads its answer; if the first rolled back, the second does the work.
Errors are not kept, so the same key may be tried again after one.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

import asyncpg
import msgspec

from nakamise.db import Tx
from nakamise.errors import BadRequest, Conflict, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_

KEY_MAX: Final = 255


class KeyUsed(Problem):
    """The key came before, with another request."""

    status = 422
    default_code = "idempotency_key_reused"


class _Row(msgspec.Struct, frozen=True):
    fingerprint: str
    status: int | None
    body: dict[str, object] | None


def checked_key(key: str | None) -> str:
    """Raises BadRequest for a missing or overlong key."""
    if not key or len(key) > KEY_MAX:
        raise BadRequest(
            N_("The header Idempotency-Key is missing or too long."),
            code="idempotency_key_missing",
            domain="shop",
        )
    return key


def fingerprint_of(act: str, request: msgspec.Struct) -> str:
    return hashlib.sha256(act.encode() + b"\0" + msgspec.json.encode(request)).hexdigest()


async def claim(tx: Tx, actor_id: uuid.UUID, key: str, fingerprint: str) -> dict[str, object] | None:
    """None: the key is new and the caller must do the work. Otherwise the first answer's body.

    Raises KeyUsed, and Conflict while another request with the key is at work for long.
    """
    try:
        is_new = await tx.execute(
            "INSERT INTO shop_idempotency (actor_id, key, fingerprint) VALUES ($1, $2, $3)"
            " ON CONFLICT (actor_id, key) DO NOTHING",
            *(actor_id, key, fingerprint),
        )
    except asyncpg.LockNotAvailableError as busy:
        raise _in_progress() from busy
    if is_new == 1:
        return None
    row = await tx.one(
        _Row,
        "SELECT fingerprint, status, body FROM shop_idempotency WHERE actor_id = $1 AND key = $2",
        *(actor_id, key),
    )
    if row.fingerprint != fingerprint:
        raise KeyUsed(N_("This Idempotency-Key was used for another request."), domain="shop")
    if row.body is None:
        raise _in_progress()
    return row.body


async def finish(tx: Tx, actor_id: uuid.UUID, key: str, status: int, body: msgspec.Struct) -> None:
    """Keep the answer, in the transaction of the act."""
    await tx.execute(
        "UPDATE shop_idempotency SET status = $3, body = $4 WHERE actor_id = $1 AND key = $2",
        *(actor_id, key, status, body),
    )


async def forget_old(ctx: TenantCtx) -> None:
    """Daily: nobody repeats a request after a month."""
    async with ctx.begin() as tx:
        await tx.execute("DELETE FROM shop_idempotency WHERE created_at < now() - interval '30 days'")


def _in_progress() -> Conflict:
    return Conflict(
        N_("This request is being worked on. Please wait a moment."),
        code="in_progress",
        domain="shop",
        headers={"Retry-After": "1"},
    )
