"""Pages of roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.admin.people import role_acts
from nakamise.admin.people.answers import acted
from nakamise.admin.people.rights import MANAGE, READ
from nakamise.admin.people.role_acts import DeleteInput, RoleInput
from nakamise.admin.people.role_list import RoleLine, permission_groups, role_lines
from nakamise.admin.people.role_templates import role_templates
from nakamise.admin.people.staff import staff_lines
from nakamise.auth.forms import fault_texts
from nakamise.auth.pages import said
from nakamise.errors import Conflict, Forbidden, Invalid, NotFound
from nakamise.plugin.access import requires, sensitive
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page, see_other

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/roles"
_ROLE: Final = f"{LIST}/{{role_id:str}}"


@get(LIST, opt=requires(READ), include_in_schema=False)
async def roles_page(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        roles = await role_lines(ctx, tx)
    return await page(
        ctx,
        "core/admin/people/roles.html",
        roles=roles,
        groups=permission_groups(ctx),
        templates=role_templates(ctx),
        may_manage=ctx.actor.can(MANAGE),
    )


@get(f"{LIST}/new", opt=requires(MANAGE), include_in_schema=False)
async def new_role_page(
    ctx: Ctx, role: FromQuery[str] = "", template: FromQuery[str] = ""
) -> Response[bytes]:
    """``role`` or ``template``: what the new one begins as a copy of."""
    label, ticked = await _origin(ctx, role, template)
    return await _form(ctx, None, label, ticked)


async def _origin(ctx: TenantCtx, role_id: str, template: str) -> tuple[str, Sequence[str]]:
    """What nobody has any more begins as an empty role."""
    _ = gettext_for(ctx.locale, "core")
    ready = next((one for one in role_templates(ctx) if one.id == template), None)
    if ready is not None:
        return ready.label, ready.permissions
    async with ctx.read() as tx:
        copied = next((line for line in await role_lines(ctx, tx) if line.id == role_id), None)
    if copied is None:
        return "", ["core.admin"]
    return _("Copy of %(name)s", name=copied.label)[: role_acts.LABEL_MAX], copied.permissions


@post(f"{LIST}/new", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def create(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _save(request, ctx, None)


@get(_ROLE, opt=requires(READ), include_in_schema=False)
async def role_page(ctx: Ctx, role_id: FromPath[str]) -> Response[bytes]:
    role = await _find(ctx, role_id)
    return await _form(ctx, role, role.label, role.permissions)


@post(_ROLE, opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def save(request: AnyRequest, ctx: Ctx, role_id: FromPath[str]) -> Response[bytes]:
    return await _save(request, ctx, await _find(ctx, role_id))


async def _save(request: AnyRequest, ctx: TenantCtx, role: RoleLine | None) -> Response[bytes]:
    form = await read_form(request, RoleInput)
    label, ticked = str(form.raw.get("label", "")), list(form.raw.get("permissions", []))
    try:
        given = form.valid()
        async with ctx.begin() as tx:
            if role is None:
                await role_acts.create_role(ctx, tx, given)
            else:
                await role_acts.change_role(ctx, tx, role.id, given)
    except Invalid as invalid:
        return await _form(ctx, role, label, ticked, errors=fault_texts(ctx, invalid.fields), status=422)
    except (Conflict, Forbidden) as problem:
        return await _form(ctx, role, label, ticked, error=said(ctx, problem), status=422)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, LIST, flash=_("The role %(name)s is saved.", name=given.label))


@post(f"{_ROLE}/reset", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def reset(ctx: Ctx, role_id: FromPath[str]) -> Response[bytes]:
    done = N_("The role is as it came with the site.")
    return await acted(ctx, f"{LIST}/{role_id}", done, lambda tx: role_acts.reset_role(ctx, tx, role_id))


@post(f"{_ROLE}/delete", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def delete(request: AnyRequest, ctx: Ctx, role_id: FromPath[str]) -> Response[bytes]:
    role = await _find(ctx, role_id)
    given = (await read_form(request, DeleteInput)).valid()
    done = N_("The role is deleted.")
    try:
        return await acted(ctx, LIST, done, lambda tx: role_acts.delete_role(ctx, tx, role_id, given))
    except Invalid as invalid:
        errors = fault_texts(ctx, invalid.fields)
        return await _form(ctx, role, role.label, role.permissions, errors=errors, status=422)


async def _find(ctx: TenantCtx, role_id: str) -> RoleLine:
    """Raises NotFound."""
    async with ctx.read() as tx:
        found = next((line for line in await role_lines(ctx, tx) if line.id == role_id), None)
    if found is None:
        raise NotFound
    return found


async def _form(
    ctx: TenantCtx,
    role: RoleLine | None,
    label: str,
    ticked: Sequence[str],
    *,
    errors: dict[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> Response[bytes]:
    async with ctx.read() as tx:
        others = [one for one in await role_lines(ctx, tx) if role is None or one.id != role.id]
        holders = [one for one in await staff_lines(tx) if role is not None and role.id in one.roles]
    return await page(
        ctx,
        "core/admin/people/role.html",
        status=status,
        role=role,
        label=label,
        ticked=ticked,
        groups=permission_groups(ctx),
        move_choices=[(one.id, one.label) for one in others],
        holders=holders,
        may_manage=ctx.actor.can(MANAGE),
        errors=errors or {},
        error=error,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    roles_page,
    new_role_page,
    create,
    role_page,
    save,
    reset,
    delete,
]
