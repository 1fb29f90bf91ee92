"""The roles that every tenant begins with, and what they may."""

from __future__ import annotations

from collections.abc import Iterable

from nakamise.auth.permissions import CORE_PERMISSIONS, PRESET_ROLES
from nakamise.db import Tx
from nakamise.plugin.manifest import Permission


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
