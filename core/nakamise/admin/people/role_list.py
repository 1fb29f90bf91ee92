"""Roles as the administration shows them: what each lets its holders do, and who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from nakamise.auth.permissions import CORE_PERMISSIONS
from nakamise.auth.roles import Role, all_roles
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Permission
from nakamise.ui.i18n import N_, gettext_for, translate


class RoleLine(msgspec.Struct, frozen=True, kw_only=True):
    """``label`` in the reader's language; ``people`` counts active holders, ``permissions`` what is granted."""

    id: str
    label: str
    is_preset: bool
    people: int
    permissions: tuple[str, ...]


class PermissionView(msgspec.Struct, frozen=True):
    """``may_grant``: the reader holds it too. ``mfa``: it counts only with two-factor authentication."""

    id: str
    label: str
    may_grant: bool
    mfa: bool


class PermissionGroup(msgspec.Struct, frozen=True):
    """What one plugin that is on (or the core) lets people do."""

    owner: str
    title: str
    permissions: tuple[PermissionView, ...]


class _Counted(msgspec.Struct, frozen=True):
    role_id: str
    people: int
    permissions: tuple[str, ...]


_COUNTED = """
SELECT r.id AS role_id,
       (SELECT count(*) FROM core_user_role ur JOIN core_user u ON u.id = ur.user_id AND u.state = 'active'
        WHERE ur.role_id = r.id)::int AS people,
       ARRAY(SELECT p.permission FROM core_role_permission p WHERE p.role_id = r.id AND p.is_granted ORDER BY 1)
           AS permissions
FROM core_role r
"""


def label_of(ctx: TenantCtx, role: Role) -> str:
    """A preset's label is a msgid until the tenant writes its own."""
    return translate(ctx.locale, "core", role.label) if role.is_preset else role.label


async def role_labels(ctx: TenantCtx, tx: Tx) -> dict[str, str]:
    """By id, in the order of the list."""
    return {role.id: label_of(ctx, role) for role in await all_roles(tx)}


async def role_lines(ctx: TenantCtx, tx: Tx) -> list[RoleLine]:
    counted = {row.role_id: row for row in await tx.all(_Counted, _COUNTED)}
    return [_line(ctx, role, counted[role.id]) for role in await all_roles(tx)]


async def role_line(ctx: TenantCtx, tx: Tx, role_id: str) -> RoleLine:
    """Raises NotFound."""
    found = next((line for line in await role_lines(ctx, tx) if line.id == role_id), None)
    if found is None:
        raise NotFound(N_("There is no such role."))
    return found


def _line(ctx: TenantCtx, role: Role, counted: _Counted) -> RoleLine:
    return RoleLine(
        id=role.id,
        label=label_of(ctx, role),
        is_preset=role.is_preset,
        people=counted.people,
        permissions=counted.permissions,
    )


def permissions_on(ctx: TenantCtx) -> Mapping[str, Sequence[Permission]]:
    """By owner: the core's, then those of the plugins that are on."""
    host = ctx.runtime.host
    owners = [host.manifest(plugin_id) for plugin_id in host.in_order(ctx.tenant.plugins)]
    return {"core": CORE_PERMISSIONS} | {one.id: one.permissions for one in owners if one.permissions}


def permission_groups(ctx: TenantCtx) -> list[PermissionGroup]:
    return [
        PermissionGroup(
            owner=owner,
            title=_title(ctx, owner),
            permissions=tuple(
                PermissionView(
                    one.id, translate(ctx.locale, owner, one.label), ctx.actor.can(one.id), one.mfa
                )
                for one in permissions
            ),
        )
        for owner, permissions in permissions_on(ctx).items()
    ]


def _title(ctx: TenantCtx, owner: str) -> str:
    if owner == "core":
        return gettext_for(ctx.locale, "core")(N_("Administration"))
    return translate(ctx.locale, owner, ctx.runtime.host.manifest(owner).title)
