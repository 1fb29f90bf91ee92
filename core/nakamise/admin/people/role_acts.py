"""Making, changing, restoring and deleting roles."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from typing import Final

import msgspec

from nakamise.admin.people.rights import keep_a_manager, lock_staff, require_rights, rights_of_roles
from nakamise.admin.people.role_list import RoleLine, permissions_on, role_line, role_lines
from nakamise.auth.permissions import PRESET_ROLES
from nakamise.auth.preset_roles import ensure_preset_roles
from nakamise.auth.register import raise_faults
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Permission
from nakamise.ui.i18n import N_

LABEL_MAX: Final = 40
_PRESETS: Final = {role.id: role.label for role in PRESET_ROLES}


class RoleInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """``permissions`` are ids of what is on; those of features that are off stay as they are. Raises Invalid."""

    label: str = ""
    permissions: list[str] = []

    def __post_init__(self) -> None:
        self.label = self.label.strip()
        missing = None if self.label else FieldError(N_("Please fill this in."))
        too_long = FieldError(N_("Please enter at most %(n)s characters."), n=LABEL_MAX)
        raise_faults({"label": too_long if len(self.label) > LABEL_MAX else missing})


class DeleteInput(msgspec.Struct, forbid_unknown_fields=True):
    """``move_to``: the role that its holders get instead; needed when there are any."""

    move_to: str = ""


async def create_role(ctx: TenantCtx, tx: Tx, given: RoleInput) -> str:
    """The new role's id. Raises Invalid, BeyondOwnRights."""
    await lock_staff(tx)
    await _check(ctx, tx, given, "")
    require_rights(ctx, given.permissions)
    role_id = "r_" + base64.b32encode(os.urandom(10)).decode().lower()
    await tx.execute("INSERT INTO core_role (id, label) VALUES ($1, $2)", role_id, given.label)
    await _grant(tx, role_id, given.permissions)
    await ctx.audit(
        tx, "core.role.created", role_id, label=given.label, permissions=sorted(given.permissions)
    )
    return role_id


async def change_role(ctx: TenantCtx, tx: Tx, role_id: str, given: RoleInput) -> None:
    """In force with the holders' next request. Raises NotFound, Invalid, BeyondOwnRights, LastManager."""
    await lock_staff(tx)
    role = await role_line(ctx, tx, role_id)
    await _check(ctx, tx, given, role_id)
    known = {one.id for one in _on(ctx)}
    before = known & set(role.permissions)
    after = set(given.permissions)
    require_rights(ctx, before ^ after)
    if given.label != role.label:
        await tx.execute("UPDATE core_role SET label = $2 WHERE id = $1", role_id, given.label)
    await _grant(tx, role_id, after - before)
    await _take(tx, role, before - after)
    await keep_a_manager(tx)
    await ctx.audit(
        tx,
        "core.role.changed",
        role_id,
        before={"label": role.label, "permissions": sorted(before)},
        after={"label": given.label, "permissions": sorted(after)},
    )


async def reset_role(ctx: TenantCtx, tx: Tx, role_id: str) -> None:
    """A preset as it was made. Raises NotFound, Conflict (not a preset), BeyondOwnRights, LastManager."""
    await lock_staff(tx)
    role = await role_line(ctx, tx, role_id)
    if not role.is_preset:
        raise Conflict(N_("Only roles that came with the site have a default."), code="no_preset")
    usual = {one.id for one in _on(ctx) if role_id in one.roles}
    known = {one.id for one in _on(ctx)}
    require_rights(ctx, usual ^ (known & set(role.permissions)))
    await tx.execute("DELETE FROM core_role_permission WHERE role_id = $1", role_id)
    await tx.execute("UPDATE core_role SET label = $2 WHERE id = $1", role_id, _PRESETS[role_id])
    await ensure_preset_roles(tx, _on(ctx))
    await keep_a_manager(tx)
    await ctx.audit(tx, "core.role.reset", role_id, before=sorted(role.permissions), after=sorted(usual))


async def delete_role(ctx: TenantCtx, tx: Tx, role_id: str, given: DeleteInput) -> None:
    """Raises NotFound, Conflict (a preset), Invalid (holders and no ``move_to``), BeyondOwnRights, LastManager."""
    await lock_staff(tx)
    role = await role_line(ctx, tx, role_id)
    if role.is_preset:
        raise Conflict(N_("Roles that came with the site cannot be deleted."), code="is_preset")
    require_rights(ctx, await rights_of_roles(tx, [role_id]))
    moved = await _move_holders(ctx, tx, role_id, given.move_to)
    await tx.execute("DELETE FROM core_role WHERE id = $1", role_id)
    await keep_a_manager(tx)
    await ctx.audit(tx, "core.role.deleted", role_id, label=role.label, moved_to=given.move_to, people=moved)


async def _move_holders(ctx: TenantCtx, tx: Tx, role_id: str, move_to: str) -> int:
    holders = await tx.value("SELECT count(*) FROM core_user_role WHERE role_id = $1", role_id)
    invited = await tx.value("SELECT count(*) FROM core_invitation_role WHERE role_id = $1", role_id)
    if not holders and not invited:
        return 0
    if not move_to or move_to == role_id:
        raise Invalid({"move_to": FieldError(N_("Please choose the role that its holders get instead."))})
    await role_line(ctx, tx, move_to)
    require_rights(ctx, await rights_of_roles(tx, [move_to]))
    await tx.execute(
        "WITH holder AS (SELECT user_id FROM core_user_role WHERE role_id = $1)"
        " INSERT INTO core_user_role (user_id, role_id) SELECT user_id, $2 FROM holder"
        " ON CONFLICT (user_id, role_id) DO NOTHING",
        role_id,
        move_to,
    )
    await tx.execute(
        "WITH invited AS (SELECT invitation_id FROM core_invitation_role WHERE role_id = $1)"
        " INSERT INTO core_invitation_role (invitation_id, role_id) SELECT invitation_id, $2 FROM invited"
        " ON CONFLICT (invitation_id, role_id) DO NOTHING",
        role_id,
        move_to,
    )
    return int(holders)


async def _check(ctx: TenantCtx, tx: Tx, given: RoleInput, own_id: str) -> None:
    """Raises Invalid for a label that another role has and for permissions that nobody declares here."""
    known = {one.id for one in _on(ctx)}
    others = {line.label.casefold() for line in await role_lines(ctx, tx) if line.id != own_id}
    taken = FieldError(N_("There is a role with this name already."))
    unknown = FieldError(N_("This value cannot be used."))
    raise_faults(
        {
            "label": taken if given.label.casefold() in others else None,
            "permissions": None if set(given.permissions) <= known else unknown,
        }
    )


def _on(ctx: TenantCtx) -> list[Permission]:
    return [one for permissions in permissions_on(ctx).values() for one in permissions]


async def _grant(tx: Tx, role_id: str, permissions: Iterable[str]) -> None:
    await tx.execute(
        "INSERT INTO core_role_permission (role_id, permission) SELECT $1, one FROM unnest($2::text[]) AS one"
        " ON CONFLICT (role_id, permission) DO UPDATE SET is_granted = true",
        role_id,
        sorted(set(permissions)),
    )


async def _take(tx: Tx, role: RoleLine, permissions: Iterable[str]) -> None:
    """Of a preset the row stays, so that an upgrade does not bring the permission back."""
    taken = sorted(permissions)
    if role.is_preset:
        query = (
            "UPDATE core_role_permission SET is_granted = false WHERE role_id = $1 AND permission = ANY($2)"
        )
    else:
        query = "DELETE FROM core_role_permission WHERE role_id = $1 AND permission = ANY($2)"
    await tx.execute(query, role.id, taken)
