"""Refresh tokens: rotated at every use; a token used twice ends its whole session.

A successor is computed from its predecessor with the tenant's key, so that two honest requests at once
(two tabs, a lost answer) get the same one, although only hashes are stored.
"""

from __future__ import annotations

import base64
import hmac
import logging
import uuid
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.auth.keys import derive_key, token_hash
from nakamise.auth.sessions import IDLE_LIFETIME
from nakamise.db import Tx
from nakamise.ids import new_token

log = logging.getLogger("nakamise.auth")

# How long a token that was just rotated still answers with its successor.
GRACE: Final = timedelta(seconds=10)


class Refreshed(msgspec.Struct, frozen=True):
    token: str
    session_id: uuid.UUID
    user_id: uuid.UUID


class _Used(msgspec.Struct, frozen=True):
    session_id: uuid.UUID
    user_id: uuid.UUID
    used_at: datetime
    is_session_alive: bool


class RefreshTokens:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    async def issue(self, tx: Tx, session_id: uuid.UUID, now: datetime) -> str:
        """The first token of a session."""
        token = new_token()
        await _insert(tx, token, session_id, now)
        return token

    async def rotate(self, tx: Tx, tenant_id: uuid.UUID, token: str, now: datetime) -> Refreshed | None:
        """The successor; None for a token that is unknown, spent or stale. Must be committed even then."""
        successor = self._successor(tenant_id, token)
        taken = await tx.first(
            _Used,
            "UPDATE core_refresh r SET used_at = $2 FROM core_session s JOIN core_user u ON u.id = s.user_id"
            " WHERE r.token_hash = $1 AND r.used_at IS NULL AND s.id = r.session_id AND s.revoked_at IS NULL"
            " AND s.expires_at > $2 AND r.created_at > $3 AND u.state = 'active'"
            " RETURNING r.session_id, s.user_id, r.used_at, true AS is_session_alive",
            token_hash(token),
            now,
            now - IDLE_LIFETIME,
        )
        if taken is None:
            return await self._judge_spent(tx, token, successor, now)
        await _insert(tx, successor, taken.session_id, now)
        await tx.execute("UPDATE core_session SET last_seen_at = $2 WHERE id = $1", taken.session_id, now)
        return Refreshed(successor, taken.session_id, taken.user_id)

    async def _judge_spent(self, tx: Tx, token: str, successor: str, now: datetime) -> Refreshed | None:
        """A benign race gets the same successor as long as nobody used that; anything else is theft."""
        spent = await tx.first(
            _Used,
            "SELECT r.session_id, s.user_id, r.used_at, s.revoked_at IS NULL AND s.expires_at > $2 AS is_session_alive"
            " FROM core_refresh r JOIN core_session s ON s.id = r.session_id"
            " WHERE r.token_hash = $1 AND r.used_at IS NOT NULL",
            token_hash(token),
            now,
        )
        if spent is None or not spent.is_session_alive:
            return None
        is_fresh = now - spent.used_at <= GRACE
        if is_fresh and await _is_unused(tx, successor):
            return Refreshed(successor, spent.session_id, spent.user_id)
        log.warning(
            "a refresh token was used twice: session %s of user %s ends", spent.session_id, spent.user_id
        )
        await tx.execute(
            "UPDATE core_session SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            spent.session_id,
            now,
        )
        return None

    def _successor(self, tenant_id: uuid.UUID, token: str) -> str:
        key = derive_key(self._secret, "refresh-token", tenant_id)
        digest = hmac.digest(key, token.encode("utf-8", "surrogatepass"), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def _insert(tx: Tx, token: str, session_id: uuid.UUID, now: datetime) -> None:
    await tx.execute(
        "INSERT INTO core_refresh (token_hash, session_id, created_at) VALUES ($1, $2, $3)",
        token_hash(token),
        session_id,
        now,
    )


async def _is_unused(tx: Tx, token: str) -> bool:
    found = await tx.value(
        "SELECT 1 FROM core_refresh WHERE token_hash = $1 AND used_at IS NULL", token_hash(token)
    )
    return found is not None
