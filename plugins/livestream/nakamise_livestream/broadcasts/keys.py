"""Stream keys: what OBS and other programmes show to publish into one broadcast (WHIP, RFC 9725 §4.7: a bearer token).

A key is shown once, when it is made; only its hash is stored.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.ids import new_token
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import ON_AIR, State
from nakamise_livestream.words import DOMAIN

_KEY_BYTES: Final = 24
_HINT: Final = 4
_PUT: Final = """
INSERT INTO livestream_stream_key (broadcast_id, key_hash, hint, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (broadcast_id) DO UPDATE SET key_hash = excluded.key_hash, hint = excluded.hint,
    created_at = excluded.created_at, used_at = NULL
"""
_GET: Final = "SELECT hint, created_at, used_at FROM livestream_stream_key WHERE broadcast_id = $1"
_OWNER: Final = """
SELECT b.id FROM livestream_stream_key k JOIN livestream_broadcast b ON b.id = k.broadcast_id
JOIN livestream_broadcaster r ON r.id = b.broadcaster_id
WHERE k.key_hash = $1 AND b.state IN ('scheduled', 'live', 'paused') AND r.state = 'approved'
"""
_USED: Final = "UPDATE livestream_stream_key SET used_at = $2 WHERE broadcast_id = $1"


class StreamKey(msgspec.Struct, frozen=True):
    """What can be said of a key: its last characters, and when it was used last."""

    hint: str
    created_at: datetime
    used_at: datetime | None


class NewStreamKey(msgspec.Struct, frozen=True, kw_only=True):
    """``key`` is not shown again. ``url``: where the programme publishes to (WHIP)."""

    key: str
    url: str
    hint: str


def key_hash(key: str) -> bytes:
    """Keys are random and long, so that a plain hash keeps them."""
    return hashlib.sha256(key.encode()).digest()


async def renew(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> NewStreamKey:
    """A new key; the one before does not open anything any more. Raises NotFound, Forbidden, Conflict."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    if broadcast.state is not State.SCHEDULED and broadcast.state not in ON_AIR:
        raise Conflict(N_("Its state does not allow this."), code="wrong_state", domain=DOMAIN)
    key = new_token(_KEY_BYTES)
    await tx.execute(_PUT, broadcast_id, key_hash(key), key[-_HINT:], ctx.now())
    await audit(ctx, tx, "livestream.broadcast.key", broadcast)
    return NewStreamKey(key=key, url=ctx.url("/livestream/whip"), hint=key[-_HINT:])


async def stream_key(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> StreamKey | None:
    """None: none was made yet. Raises NotFound, Forbidden."""
    await access.hosted(ctx, tx, broadcast_id)
    return await tx.first(StreamKey, _GET, broadcast_id)


async def opened_by(ctx: TenantCtx, tx: Tx, key: str) -> Broadcast | None:
    """The broadcast of this tenant that ``key`` may publish into now; None for a wrong or old key, for one that
    is over, and for a host who is not approved. Notes that the key was used, in ``tx``."""
    found = await tx.value(_OWNER, key_hash(key))
    if not isinstance(found, uuid.UUID):
        return None
    await tx.execute(_USED, found, ctx.now())
    return await rows.get(tx, found)
