"""Whether everybody may speak, and how often."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.chat import events
from nakamise_livestream.chat.schemas import Mode

_MODE: Final = "SELECT is_open, slow_s FROM livestream_chat WHERE broadcast_id = $1"
_SET: Final = """
INSERT INTO livestream_chat (broadcast_id, is_open, slow_s) VALUES ($1, $2, $3)
ON CONFLICT (broadcast_id) DO UPDATE SET is_open = excluded.is_open, slow_s = excluded.slow_s
"""


async def mode_of(tx: Tx, broadcast_id: uuid.UUID) -> Mode:
    return await tx.first(Mode, _MODE, broadcast_id) or Mode()


async def set_mode(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, mode: Mode) -> Mode:
    """Raises NotFound, Forbidden."""
    broadcast = await access.moderated(ctx, tx, broadcast_id)
    await tx.execute(_SET, broadcast_id, mode.is_open, mode.slow_s)
    await audit(
        ctx, tx, "livestream.broadcast.chat_mode", broadcast, is_open=mode.is_open, slow_s=mode.slow_s
    )
    room_of(ctx, broadcast_id).announce(tx, events.MODE, mode)
    return mode
