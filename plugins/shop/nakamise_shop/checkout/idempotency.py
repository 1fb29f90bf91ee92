"""One act per ``Idempotency-Key``, whatever the network does to the answer.

The row is written first in the transaction of the act itself: a second request with the key waits for the
first one's commit and then reads its answer; if the first rolled back, the second does the work.
Errors are not kept, so the same key may be tried again after one.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
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
        raise in_progress() from busy
    if is_new == 1:
        return None
    known = await answer_of(tx, actor_id, key, fingerprint)
    if known is None:
        raise in_progress()
    return known


async def answer_of(tx: Tx, actor_id: uuid.UUID, key: str, fingerprint: str) -> dict[str, object] | None:
    """The body that was answered to the key already, without waiting for anybody. Raises KeyUsed."""
    row = await tx.first(
        _Row,
        "SELECT fingerprint, status, body FROM shop_idempotency WHERE actor_id = $1 AND key = $2",
        *(actor_id, key),
    )
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyUsed(N_("This Idempotency-Key was used for another request."), domain="shop")
    return row.body


class Claim(msgspec.Struct, frozen=True):
    """One key that somebody is going to answer."""

    actor_id: uuid.UUID
    key: str
    fingerprint: str


async def claim_all(tx: Tx, claims: Sequence[Claim]) -> set[tuple[uuid.UUID, str]]:
    """Those that are new, as (actor, key); they are the caller's to answer in this transaction.

    Waits for whoever is at work with one of them.
    """
    rows = await tx.connection.fetch(
        "INSERT INTO shop_idempotency (actor_id, key, fingerprint) SELECT * FROM unnest($1::uuid[], $2::text[],"
        " $3::text[]) AS u (actor_id, key, fingerprint) ORDER BY actor_id, key"
        " ON CONFLICT (actor_id, key) DO NOTHING RETURNING actor_id, key",
        *([getattr(one, name) for one in claims] for name in Claim.__struct_fields__),
    )
    return {(row["actor_id"], row["key"]) for row in rows}


async def finish_all(tx: Tx, answers: Mapping[tuple[uuid.UUID, str], msgspec.Struct], status: int) -> None:
    """Keep the answers by (actor, key), in the transaction of the acts."""
    await tx.execute(
        "UPDATE shop_idempotency i SET status = $4, body = u.body::jsonb"
        " FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u (actor_id, key, body)"
        " WHERE i.actor_id = u.actor_id AND i.key = u.key",
        *([actor for actor, _ in answers], [key for _, key in answers]),
        *([msgspec.json.encode(answer).decode() for answer in answers.values()], status),
    )


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


def in_progress() -> Conflict:
    return Conflict(
        N_("This request is being worked on. Please wait a moment."),
        code="in_progress",
        domain="shop",
        headers={"Retry-After": "1"},
    )
