"""As whom somebody speaks or acts in a chat."""

from __future__ import annotations

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.chat.schemas import Role
from nakamise_livestream.rights import MANAGE, MONITOR


async def role_of(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> Role:
    """The one that says most."""
    if access.is_host(ctx, broadcast):
        return Role.HOST
    if ctx.actor.can(MONITOR) or ctx.actor.can(MANAGE):
        return Role.STAFF
    return Role.MODERATOR if await access.may_moderate(ctx, tx, broadcast) else Role.VIEWER
