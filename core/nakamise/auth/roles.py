"""Roles of a tenant: named groups of permissions that its administrator may edit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import msgspec

from nakamise.auth.permissions import CORE_PERMISSIONS, PRESET_ROLES
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin.manifest import Permission
from nakamise.ui.i18n import N_


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A preset's ``label`` is a msgid; a tenant's own role has the label that was typed."""

    id: str
    label: str
    is_preset: bool


async def ensure_preset_roles(tx: Tx, permissions: Iterable[Permission] = ()) -> None:
    """Make the preset roles and give them the core's and the plugins' ``permissions``. Idempotent.

    Called for a new tenant and whenever a plugin is switched on. What the tenant took away stays away.
    """
    for role in PRESET_ROLES:
        await tx.execute(
            "INSERT INTO core_role (id, label, is_preset) VALUES ($1, $2, true) ON CONFLICT (id) DO NOTHING",
            role.id,
            role.label,
        )
    known = {role.id for role in PRESET_ROLES}
    pairs = [
        (role, permission.id)
        for permission in (*CORE_PERMISSIONS, *permissions)
        for role in permission.roles
        if role in known
    ]
    await tx.execute(
        "INSERT INTO core_role_permission (role_id, permission)"
        " SELECT role_id, permission FROM unnest($1::text[], $2::text[]) AS new (role_id, permission)"
        " ON CONFLICT (role_id, permission) DO NOTHING",
        [role for role, _ in pairs],
        [permission for _, permission in pairs],
    )


async def all_roles(tx: Tx) -> list[Role]:
    return await tx.all(
        Role, "SELECT id, label, is_preset FROM core_role ORDER BY is_preset DESC, created_at, id"
    )


async def roles_of(tx: Tx, user_id: uuid.UUID) -> list[Role]:
    return await tx.all(
        Role,
        "SELECT r.id, r.label, r.is_preset FROM core_role r JOIN core_user_role ur ON ur.role_id = r.id"
        " WHERE ur.user_id = $1 ORDER BY r.is_preset DESC, r.created_at, r.id",
        user_id,
    )


async def give_role(tx: Tx, user_id: uuid.UUID, role_id: str) -> None:
    """Raises NotFound for a role that the tenant does not have."""
    if await tx.value("SELECT 1 FROM core_role WHERE id = $1", role_id) is None:
        raise NotFound(N_("There is no such role."))
    await tx.execute(
        "INSERT INTO core_user_role (user_id, role_id) VALUES ($1, $2) ON CONFLICT (user_id, role_id) DO NOTHING",
        user_id,
        role_id,
    )


async def take_role(tx: Tx, user_id: uuid.UUID, role_id: str) -> None:
    await tx.execute("DELETE FROM core_user_role WHERE user_id = $1 AND role_id = $2", user_id, role_id)
