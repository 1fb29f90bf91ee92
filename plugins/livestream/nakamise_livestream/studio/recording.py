"""What the host sees of the recording while it is made: whether it is saved, and whether it will be a replay."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.archive.schemas import Trouble
from nakamise_livestream.settings import LivestreamSettings

_FOUND: Final = """
SELECT r.is_published, r.deleted_at IS NULL AS is_kept, r.trouble,
    EXISTS (SELECT 1 FROM livestream_segment s WHERE s.broadcast_id = r.broadcast_id) AS has_begun
FROM livestream_recording r WHERE r.broadcast_id = $1
"""


class RecordingState(msgspec.Struct, frozen=True, kw_only=True):
    """``is_kept``: it was not deleted. ``trouble``: nothing is saved at the moment, for this reason."""

    is_published: bool
    is_kept: bool = True
    trouble: Trouble = ""
    has_begun: bool = False


async def recording_state(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> RecordingState:
    """Before anything was recorded: as the tenant's setting says."""
    found = await tx.first(RecordingState, _FOUND, broadcast_id)
    return found or RecordingState(is_published=ctx.settings(LivestreamSettings).archive_publish)
