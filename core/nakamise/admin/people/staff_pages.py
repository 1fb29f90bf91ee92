"""Pages of staff: who is, who is invited."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.admin.people import invitations
from nakamise.admin.people.answers import acted
from nakamise.admin.people.invitations import InvitationInput
from nakamise.admin.people.rights import MANAGE, READ
from nakamise.admin.people.role_list import role_lines
from nakamise.admin.people.staff import change_roles, staff_lines
from nakamise.auth.forms import fault_texts
from nakamise.auth.pages import refused_status, said
from nakamise.errors import Conflict, Forbidden, LimitReached, TooMany
from nakamise.plugin.access import requires, sensitive
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page, see_other

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/staff"
_INVITATION: Final = f"{LIST}/invitations/{{invitation_id:uuid}}"


@get(LIST, opt=requires(READ), include_in_schema=False)
async def staff_page(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        people = await staff_lines(tx)
        invited = await invitations.open_invitations(tx, ctx.now())
        roles = await role_lines(ctx, tx)
    return await page(
        ctx,
        "core/admin/people/staff.html",
        people_list=people,
        invited=invited,
        labels={role.id: role.label for role in roles},
        may_manage=ctx.actor.can(MANAGE),
    )


@get(f"{LIST}/invite", opt=requires(MANAGE), include_in_schema=False)
async def invite_page(ctx: Ctx) -> Response[bytes]:
    return await _form(ctx, {}, {})


@post(f"{LIST}/invite", opt=requires(MANAGE), include_in_schema=False)
async def invite(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, InvitationInput)
    if form.value is None:
        return await _form(ctx, dict(form.raw), fault_texts(ctx, form.errors), status=422)
    try:
        async with ctx.begin() as tx:
            await invitations.invite(ctx, tx, form.value)
    except (Conflict, Forbidden, TooMany) as problem:
        return await _form(
            ctx,
            dict(form.raw),
            {},
            status=refused_status(problem),
            error=said(ctx, problem),
            to_plan=isinstance(problem, LimitReached),
        )
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, LIST, flash=_("The invitation is on its way to %(email)s.", email=form.value.email))


async def _form(
    ctx: TenantCtx,
    typed: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
    error: str = "",
    to_plan: bool = False,
) -> Response[bytes]:
    async with ctx.read() as tx:
        roles = await role_lines(ctx, tx)
    return await page(
        ctx,
        "core/admin/people/invite.html",
        status=status,
        roles=[(role, all(ctx.actor.can(one) for one in role.permissions)) for role in roles],
        typed=typed,
        errors=errors,
        error=error,
        to_plan=to_plan,
    )


@post(f"{_INVITATION}/resend", opt=requires(MANAGE), include_in_schema=False)
async def resend(ctx: Ctx, invitation_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = N_("The invitation was sent again with a new link.")
    return await acted(ctx, LIST, done, lambda tx: invitations.resend(ctx, tx, invitation_id))


@post(f"{_INVITATION}/withdraw", opt=requires(MANAGE), include_in_schema=False)
async def withdraw(ctx: Ctx, invitation_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = N_("The invitation is withdrawn. Its link works no more.")
    return await acted(ctx, LIST, done, lambda tx: invitations.withdraw(ctx, tx, invitation_id))


@post(f"{LIST}/{{user_id:uuid}}/remove", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def remove(ctx: Ctx, user_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """The account stays, as a plain user's."""
    done = N_("The person is not staff any more.")
    return await acted(ctx, LIST, done, lambda tx: change_roles(ctx, tx, user_id, ()))


route_handlers: Final[list[ControllerRouterHandler]] = [
    staff_page,
    invite_page,
    invite,
    resend,
    withdraw,
    remove,
]
