"""Roles as JSON."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.admin.people import role_acts
from nakamise.admin.people.rights import MANAGE, READ
from nakamise.admin.people.role_acts import DeleteInput, RoleInput
from nakamise.admin.people.role_list import (
    PermissionGroup,
    RoleLine,
    permission_groups,
    role_line,
    role_lines,
)
from nakamise.admin.people.role_templates import RoleTemplate, role_templates
from nakamise.plugin.access import requires, sensitive
from nakamise.plugin.context import Ctx

_TAGS: Final = ["people"]
_LIST: Final = "/api/core/roles"
_ROLE: Final = f"{_LIST}/{{role_id:str}}"


class RoleBook(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a page of roles needs."""

    roles: list[RoleLine]
    groups: list[PermissionGroup]
    templates: list[RoleTemplate]


@get(_LIST, opt=requires(READ), tags=_TAGS)
async def list_roles(ctx: Ctx) -> RoleBook:
    """Roles, the permissions that there are, and ready-made roles to begin with."""
    async with ctx.read() as tx:
        roles = await role_lines(ctx, tx)
    return RoleBook(roles=roles, groups=permission_groups(ctx), templates=role_templates(ctx))


@get(_ROLE, opt=requires(READ), tags=_TAGS)
async def read_role(ctx: Ctx, role_id: FromPath[str]) -> RoleLine:
    async with ctx.read() as tx:
        return await role_line(ctx, tx, role_id)


@post(_LIST, opt=sensitive(requires(MANAGE)), tags=_TAGS)
async def create_role(ctx: Ctx, data: JSONBody[RoleInput]) -> RoleLine:
    async with ctx.begin() as tx:
        role_id = await role_acts.create_role(ctx, tx, data)
        return await role_line(ctx, tx, role_id)


@put(_ROLE, opt=sensitive(requires(MANAGE)), tags=_TAGS)
async def change_role(ctx: Ctx, role_id: FromPath[str], data: JSONBody[RoleInput]) -> RoleLine:
    """In force with the holders' next request."""
    async with ctx.begin() as tx:
        await role_acts.change_role(ctx, tx, role_id, data)
        return await role_line(ctx, tx, role_id)


@post(f"{_ROLE}/reset", opt=sensitive(requires(MANAGE)), tags=_TAGS, status_code=200)
async def reset_role(ctx: Ctx, role_id: FromPath[str]) -> RoleLine:
    """A role that came with the site, as it came."""
    async with ctx.begin() as tx:
        await role_acts.reset_role(ctx, tx, role_id)
        return await role_line(ctx, tx, role_id)


@delete(_ROLE, opt=sensitive(requires(MANAGE)), tags=_TAGS)
async def delete_role(ctx: Ctx, role_id: FromPath[str], move_to: FromQuery[str] = "") -> None:
    """``move_to``: the role that its holders get instead; needed when there are any."""
    async with ctx.begin() as tx:
        await role_acts.delete_role(ctx, tx, role_id, DeleteInput(move_to))


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_roles,
    read_role,
    create_role,
    change_role,
    reset_role,
    delete_role,
]
