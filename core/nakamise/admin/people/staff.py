"""Staff: everybody with a role."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.admin.people.invitations import SEAT
from nakamise.admin.people.rights import keep_a_manager, lock_staff, require_rights, rights_of_roles
from nakamise.auth.users import lock_user
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

_STAFF: Final = """
SELECT u.id, u.display_name, u.email, u.state = 'active' AS is_active,
       EXISTS (SELECT 1 FROM core_totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS has_totp,
       (SELECT max(s.last_seen_at) FROM core_session s WHERE s.user_id = u.id) AS last_seen_at,
       ARRAY(SELECT r.role_id FROM core_user_role r WHERE r.user_id = u.id ORDER BY 1) AS roles
FROM core_user u WHERE EXISTS (SELECT 1 FROM core_user_role r WHERE r.user_id = u.id)
ORDER BY u.display_name, u.id
"""


class StaffLine(msgspec.Struct, frozen=True, kw_only=True):
    """``roles`` are ids."""

    id: uuid.UUID
    display_name: str
    email: str
    is_active: bool
    has_totp: bool
    last_seen_at: datetime | None
    roles: tuple[str, ...]


class RolesInput(msgspec.Struct, forbid_unknown_fields=True):
    """All roles that the person has from now on; none makes them a plain user."""

    roles: list[str] = []


async def staff_lines(tx: Tx) -> list[StaffLine]:
    """By name."""
    return await tx.all(StaffLine, _STAFF)


async def change_roles(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, roles: Sequence[str]) -> None:
    """In force with the person's next request.

    Raises NotFound (user, role), Conflict (erased), BeyondOwnRights, LastManager, LimitReached (no seat left).
    """
    await lock_staff(tx)
    await lock_user(tx, user_id)
    if await tx.value("SELECT erased_at FROM core_user WHERE id = $1", user_id) is not None:
        raise Conflict(N_("This user was erased."), code="erased")
    before = set(await tx.values("SELECT role_id FROM core_user_role WHERE user_id = $1", user_id))
    after = await _known(tx, roles)
    require_rights(ctx, await rights_of_roles(tx, before ^ after))
    if after and not before:
        await ctx.take(tx, SEAT)
    if before and not after:
        await ctx.give_back(tx, SEAT)
    await tx.execute(
        "DELETE FROM core_user_role WHERE user_id = $1 AND role_id <> ALL($2)", user_id, sorted(after)
    )
    await tx.execute(
        "INSERT INTO core_user_role (user_id, role_id, granted_at) SELECT $1, role, $3 FROM unnest($2::text[]) AS role"
        " ON CONFLICT (user_id, role_id) DO NOTHING",
        user_id,
        sorted(after),
        ctx.now(),
    )
    await keep_a_manager(tx)
    await ctx.audit(tx, "core.user.roles_changed", str(user_id), before=sorted(before), after=sorted(after))


async def _known(tx: Tx, roles: Sequence[str]) -> set[str]:
    known = set(await tx.values("SELECT id FROM core_role WHERE id = ANY($1)", list(roles)))
    if known != set(roles):
        raise NotFound(N_("There is no such role."))
    return known
