"""Hearts: counted in the room, for guests too, and no faster than fingers."""

from __future__ import annotations

import time
import uuid
from typing import Final

from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import watching
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.chat.schemas import ReactionInput
from nakamise_livestream.words import DOMAIN

# A page sends what was tapped once a second; what comes faster from one client is not counted.
PAUSE_S: Final = 0.4
CLIENTS_MAX: Final = 20_000
# A broadcast is looked up again after this long: a thousand hearts a second must not be queries.
FRESH_S: Final = 5.0


class Reactions:
    """One for a process."""

    def __init__(self) -> None:
        self._sent_at: dict[tuple[uuid.UUID, object], float] = {}
        self._live_at: dict[tuple[uuid.UUID, uuid.UUID], float] = {}

    async def react(self, ctx: TenantCtx, broadcast_id: uuid.UUID, given: ReactionInput) -> bool:
        """Whether it counted. Raises NotFound, Conflict when it is not live."""
        now = time.monotonic()
        if now - self._live_at.get((ctx.tenant.id, broadcast_id), -FRESH_S) >= FRESH_S:
            await self._check(ctx, broadcast_id, now)
        if not self._may_send((ctx.tenant.id, ctx.actor.user_id or ctx.http.client), now):
            return False
        room_of(ctx, broadcast_id).react(given.kind, given.n)
        return True

    def _may_send(self, client: tuple[uuid.UUID, object], now: float) -> bool:
        if now - self._sent_at.get(client, -PAUSE_S) < PAUSE_S:
            return False
        if len(self._sent_at) >= CLIENTS_MAX:
            self._sent_at.clear()
        self._sent_at[client] = now
        return True

    async def _check(self, ctx: TenantCtx, broadcast_id: uuid.UUID, now: float) -> None:
        async with ctx.read() as tx:
            broadcast = await watching.visible(ctx, tx, broadcast_id)
        if not broadcast.is_on_air:
            message = N_("Reactions are open while the broadcast is live.")
            raise Conflict(message, code="not_live", domain=DOMAIN)
        if len(self._live_at) >= CLIENTS_MAX:
            self._live_at.clear()
        self._live_at[(ctx.tenant.id, broadcast_id)] = now


REACTIONS: Final = Reactions()
