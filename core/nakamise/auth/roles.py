"""Roles of a tenant: named groups of permissions that its administrator may edit."""

from __future__ import annotations

import uuid

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.ui.i18n import N_


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A preset's ``label`` is a msgid; a tenant's own role has the label that was typed."""

    id: str
    label: str
    is_preset: bool


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
