"""What one broadcast cost the network: minutes that were watched, and what was sent for them."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx

_GB: Final = 1_000_000_000
_SERVED: Final = """
SELECT (coalesce(sum(seconds), 0) / 60)::bigint AS viewer_minutes, coalesce(sum(bytes), 0)::bigint AS bytes
FROM livestream_watched WHERE broadcast_id = $1
"""


class Served(msgspec.Struct, frozen=True):
    viewer_minutes: int
    bytes: int

    @property
    def gb(self) -> float:
        """In units of 10⁹ bytes, as networks are billed."""
        return round(self.bytes / _GB, 2)


async def served(tx: Tx, broadcast_id: uuid.UUID) -> Served:
    return await tx.one(Served, _SERVED, broadcast_id)
