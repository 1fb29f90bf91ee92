"""Who may come into a broadcast's room."""

from __future__ import annotations

import uuid

from nakamise.errors import NotFound
from nakamise.plugin import Admission, TenantCtx
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.audience import Audience
from nakamise_livestream.broadcasts.watching import visible


async def admit(ctx: TenantCtx, room_id: str) -> Admission | None:
    """Whoever may see the broadcast; who moderates it hears what is for staff, and its host is no viewer."""
    try:
        broadcast_id = uuid.UUID(room_id)
    except ValueError:
        return None
    async with ctx.read() as tx:
        try:
            broadcast = await visible(ctx, tx, broadcast_id)
        except NotFound:
            return None
        is_staff = await access.may_moderate(ctx, tx, broadcast)
    (await ctx.companion(Audience)).watch(ctx, broadcast_id)
    return Admission(staff=is_staff, counted=not access.is_host(ctx, broadcast))
