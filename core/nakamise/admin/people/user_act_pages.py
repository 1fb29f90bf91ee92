"""What the buttons on a user's page do."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.admin.people import user_acts
from nakamise.admin.people.answers import acted
from nakamise.admin.people.privacy_erase import EraseInput, erase_person
from nakamise.admin.people.privacy_export import export_person
from nakamise.admin.people.rights import MANAGE
from nakamise.admin.people.staff import RolesInput, change_roles
from nakamise.admin.people.user_acts import SuspendInput
from nakamise.admin.people.user_pages import LIST, show
from nakamise.auth.forms import fault_texts
from nakamise.errors import Invalid
from nakamise.plugin.access import requires, sensitive
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import N_

AnyRequest = Request[Any, Any, Any]
UserId = FromPath[uuid.UUID]
_USER: Final = f"{LIST}/{{user_id:uuid}}"


def _back(user_id: uuid.UUID) -> str:
    return f"{LIST}/{user_id}"


@post(f"{_USER}/suspend", opt=requires(MANAGE), include_in_schema=False)
async def suspend(request: AnyRequest, ctx: Ctx, user_id: UserId) -> Response[bytes]:
    form = await read_form(request, SuspendInput)
    if form.value is None:
        errors = fault_texts(ctx, form.errors)
        return await show(ctx, user_id, status=422, form="suspend", errors=errors, typed=dict(form.raw))
    given = form.value
    done = N_("The user is suspended. All their devices are logged out.")
    return await acted(ctx, _back(user_id), done, lambda tx: user_acts.suspend(ctx, tx, user_id, given))


@post(f"{_USER}/resume", opt=requires(MANAGE), include_in_schema=False)
async def resume(ctx: Ctx, user_id: UserId) -> Response[bytes]:
    done = N_("The user may log in again.")
    return await acted(ctx, _back(user_id), done, lambda tx: user_acts.resume(ctx, tx, user_id))


@post(f"{_USER}/sessions/{{session_id:uuid}}/end", opt=requires(MANAGE), include_in_schema=False)
async def end_session(ctx: Ctx, user_id: UserId, session_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = N_("The device is logged out.")
    return await acted(
        ctx, _back(user_id), done, lambda tx: user_acts.end_session(ctx, tx, user_id, session_id)
    )


@post(f"{_USER}/sessions/end", opt=requires(MANAGE), include_in_schema=False)
async def end_sessions(ctx: Ctx, user_id: UserId) -> Response[bytes]:
    done = N_("All devices of the user are logged out.")
    return await acted(ctx, _back(user_id), done, lambda tx: user_acts.end_sessions(ctx, tx, user_id))


@post(f"{_USER}/reset-password", opt=requires(MANAGE), include_in_schema=False)
async def reset_password(ctx: Ctx, user_id: UserId) -> Response[bytes]:
    done = N_("The mail to set a new password is on its way.")
    return await acted(ctx, _back(user_id), done, lambda tx: user_acts.send_password_reset(ctx, tx, user_id))


@post(f"{_USER}/resend-verification", opt=requires(MANAGE), include_in_schema=False)
async def resend_verification(ctx: Ctx, user_id: UserId) -> Response[bytes]:
    done = N_("The confirmation mail is on its way.")
    return await acted(ctx, _back(user_id), done, lambda tx: user_acts.resend_verification(ctx, tx, user_id))


@post(f"{_USER}/roles", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def roles(request: AnyRequest, ctx: Ctx, user_id: UserId) -> Response[bytes]:
    given = (await read_form(request, RolesInput)).valid()
    done = N_("The roles are changed.")
    return await acted(ctx, _back(user_id), done, lambda tx: change_roles(ctx, tx, user_id, given.roles))


@post(f"{_USER}/export", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def export(ctx: Ctx, user_id: UserId) -> Response[bytes]:
    return await zip_answer(ctx, user_id)


async def zip_answer(ctx: TenantCtx, user_id: uuid.UUID) -> Response[bytes]:
    async with ctx.begin() as tx:
        packed = await export_person(ctx, tx, user_id)
    name = f"person-{user_id}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(packed, status_code=200, media_type="application/zip", headers=headers)


@post(f"{_USER}/erase", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def erase(request: AnyRequest, ctx: Ctx, user_id: UserId) -> Response[bytes]:
    given = (await read_form(request, EraseInput)).valid()
    done = N_("The person's data is erased.")
    try:
        return await acted(ctx, _back(user_id), done, lambda tx: erase_person(ctx, tx, user_id, given))
    except Invalid as invalid:
        errors = fault_texts(ctx, invalid.fields)
        return await show(
            ctx, user_id, status=422, form="erase", errors=errors, typed={"confirm": given.confirm}
        )


route_handlers: Final[list[ControllerRouterHandler]] = [
    suspend,
    resume,
    end_session,
    end_sessions,
    reset_password,
    resend_verification,
    roles,
    export,
    erase,
]
