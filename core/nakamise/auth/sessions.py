"""Sessions: one row for each signed-in browser or app, dead the moment it is revoked."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.auth.devices import device_label
from nakamise.auth.keys import token_hash
from nakamise.db import Tx
from nakamise.ids import new_token, uuid7
from nakamise.plugin.context import HttpInfo

IDLE_LIFETIME: Final = timedelta(days=7)
ABSOLUTE_LIFETIME: Final = timedelta(days=30)
# Of somebody of the agency who acts as a user.
ACT_LIFETIME: Final = timedelta(minutes=30)
# The time last seen is written at most this often: reading a page should not cost a write.
SEEN_EVERY: Final = timedelta(minutes=1)


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    user_agent: str
    client: str
    created_at: datetime
    last_seen_at: datetime
    is_browser: bool

    @property
    def device(self) -> str:
        return device_label(self.user_agent)


class OpenedSession(msgspec.Struct, frozen=True):
    """``token`` goes to the client and is stored nowhere."""

    id: uuid.UUID
    token: str


async def open_browser_session(
    tx: Tx, user_id: uuid.UUID, http: HttpInfo, now: datetime, *, mfa: bool = False
) -> OpenedSession:
    """``mfa``: a second factor was passed just now."""
    opened = OpenedSession(uuid7(), new_token())
    await _insert(tx, opened.id, user_id, token_hash(opened.token), http, now)
    if mfa:
        await note_mfa(tx, opened.id, now)
    return opened


async def open_act_session(
    tx: Tx, user_id: uuid.UUID, impersonator: str, http: HttpInfo, now: datetime, *, role: str = ""
) -> OpenedSession:
    """``impersonator`` passed a second factor of their own, and acts as the user for half an hour.

    ``role`` is what the session carries beyond the user's own roles: for a user who has none yet.
    """
    opened = await open_browser_session(tx, user_id, http, now, mfa=True)
    await tx.execute(
        "UPDATE core_session SET impersonator = $2, expires_at = $3, act_role = $4 WHERE id = $1",
        opened.id,
        impersonator,
        now + ACT_LIFETIME,
        role,
    )
    return opened


async def note_mfa(tx: Tx, session_id: uuid.UUID | None, now: datetime) -> None:
    """The session passed a second factor."""
    await tx.execute("UPDATE core_session SET mfa_at = $2 WHERE id = $1", session_id, now)


async def forget_mfa(tx: Tx, user_id: uuid.UUID) -> None:
    """No session of the user counts as having passed one."""
    await tx.execute("UPDATE core_session SET mfa_at = NULL WHERE user_id = $1", user_id)


async def open_api_session(
    tx: Tx, user_id: uuid.UUID, http: HttpInfo, now: datetime, *, mfa: bool = False
) -> uuid.UUID:
    """A session without a cookie: the family of refresh tokens belongs to it."""
    session_id = uuid7()
    await _insert(tx, session_id, user_id, None, http, now)
    if mfa:
        await note_mfa(tx, session_id, now)
    return session_id


async def _insert(
    tx: Tx, session_id: uuid.UUID, user_id: uuid.UUID, hashed: bytes | None, http: HttpInfo, now: datetime
) -> None:
    await tx.execute(
        "INSERT INTO core_session"
        " (id, user_id, token_hash, user_agent, client, created_at, last_seen_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        session_id,
        user_id,
        hashed,
        http.user_agent,
        http.client,
        now,
        now + ABSOLUTE_LIFETIME,
    )


async def live_sessions(tx: Tx, user_id: uuid.UUID, now: datetime) -> list[SessionRow]:
    """The last seen first."""
    return await tx.all(
        SessionRow,
        "SELECT id, user_agent, client, created_at, last_seen_at, token_hash IS NOT NULL AS is_browser"
        " FROM core_session WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 AND last_seen_at > $3"
        " ORDER BY last_seen_at DESC, id",
        user_id,
        now,
        now - IDLE_LIFETIME,
    )


async def revoke_session(tx: Tx, user_id: uuid.UUID, session_id: uuid.UUID, now: datetime) -> bool:
    """Whether the user had that session and it was alive."""
    touched = await tx.execute(
        "UPDATE core_session SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
        session_id,
        user_id,
        now,
    )
    return touched == 1


async def revoke_sessions(tx: Tx, user_id: uuid.UUID, now: datetime, *, keep: uuid.UUID | None = None) -> int:
    """End all sessions of a user, or all but ``keep``; how many."""
    return await tx.execute(
        "UPDATE core_session SET revoked_at = $2"
        " WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $3::uuid",
        user_id,
        now,
        keep,
    )
