"""Making a person staff because something else was decided, such as that their shop may open."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from nakamise.auth.roles import give_role
from nakamise.auth.users import lock_user
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.ui.i18n import N_

if TYPE_CHECKING:
    from nakamise.plugin.context import TenantCtx

# Held by everybody with a role.
SEAT: Final = "core.staff"


async def appoint(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, role_id: str) -> bool:
    """See ``TenantCtx.appoint``."""
    user = await lock_user(tx, user_id)
    if not user.is_active:
        raise Conflict(N_("This user is not active."), code="not_active")
    before = set(await tx.values("SELECT role_id FROM core_user_role WHERE user_id = $1", user_id))
    if role_id in before:
        return False
    if not before:
        await ctx.take(tx, SEAT)
    await give_role(tx, user_id, role_id)
    after = sorted(before | {role_id})
    await ctx.audit(tx, "core.user.roles_changed", str(user_id), before=sorted(before), after=after)
    return True
