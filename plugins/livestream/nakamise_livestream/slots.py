"""What this plugin's boxes on other pages need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import lists
from nakamise_livestream.broadcasts.schemas import ListFilter, Status
from nakamise_livestream.words import BROADCAST_STATES, badges

SHELF: Final = 6


async def home(ctx: TenantCtx, tx: Tx) -> Mapping[str, object] | None:
    """What is on the air, else what comes next; None when there is neither."""
    for status in (Status.LIVE, Status.SCHEDULED):
        found = await lists.cards(ctx, tx, ListFilter(status=status))
        if found.items:
            return {
                "cards": found.items[:SHELF],
                "is_live": status is Status.LIVE,
                "states": badges(ctx, BROADCAST_STATES),
            }
    return None
