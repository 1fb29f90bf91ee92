"""Users as JSON, for staff."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any, Final

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.admin.people import user_acts
from nakamise.admin.people.privacy_erase import EraseInput, erase_person
from nakamise.admin.people.rights import MANAGE, READ
from nakamise.admin.people.staff import RolesInput, change_roles
from nakamise.admin.people.user_act_pages import zip_answer
from nakamise.admin.people.user_acts import SuspendInput
from nakamise.admin.people.user_detail import UserDetail, user_detail
from nakamise.admin.people.user_list import Sort, UserFilter, UserPage, UserState, user_page
from nakamise.admin.people.user_pages import csv_answer
from nakamise.plugin.access import requires, sensitive
from nakamise.plugin.context import Ctx, TenantCtx

_TAGS: Final = ["people"]
_LIST: Final = "/api/core/users"
_USER: Final = f"{_LIST}/{{user_id:uuid}}"
UserId = FromPath[uuid.UUID]
Query = Annotated[str, QueryParameter(max_length=100)]
# "state" is a name that the framework keeps for itself.
State = Annotated[UserState | None, QueryParameter(name="state")]
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=100_000)]


@get(_LIST, opt=requires(READ), tags=_TAGS)
async def list_users(
    ctx: Ctx,
    q: Query = "",
    user_state: State = None,
    role: FromQuery[str | None] = None,
    verified: FromQuery[bool | None] = None,
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    sort: FromQuery[Sort] = "newest",
    page_number: PageNumber = 1,
) -> UserPage:
    """``since`` and ``until`` are days of the tenant, both included; the words of ``q`` must all match."""
    wanted = UserFilter(
        q=q,
        state=user_state,
        role=role,
        verified=verified,
        since=since,
        until=until,
        sort=sort,
        page=page_number,
    )
    async with ctx.read() as tx:
        return await user_page(tx, wanted, ctx.tenant.zone)


@get(f"{_LIST}.csv", opt=requires(READ), tags=_TAGS)
async def export_users(
    ctx: Ctx,
    q: Query = "",
    user_state: State = None,
    role: FromQuery[str | None] = None,
    verified: FromQuery[bool | None] = None,
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
) -> Stream:
    """The same list, all pages of it, the newest first; UTF-8 with a byte order mark."""
    wanted = UserFilter(q=q, state=user_state, role=role, verified=verified, since=since, until=until)
    return await csv_answer(ctx, wanted)


@get(_USER, opt=requires(READ), tags=_TAGS)
async def read_user(ctx: Ctx, user_id: UserId) -> UserDetail:
    return await _detail(ctx, user_id)


async def _detail(ctx: TenantCtx, user_id: uuid.UUID) -> UserDetail:
    async with ctx.read() as tx:
        return await user_detail(ctx, tx, user_id)


@post(f"{_USER}/suspend", opt=requires(MANAGE), tags=_TAGS, status_code=200)
async def suspend_user(ctx: Ctx, user_id: UserId, data: JSONBody[SuspendInput]) -> UserDetail:
    """At once: sessions end, the person cannot log in."""
    async with ctx.begin() as tx:
        await user_acts.suspend(ctx, tx, user_id, data)
    return await _detail(ctx, user_id)


@post(f"{_USER}/resume", opt=requires(MANAGE), tags=_TAGS, status_code=200)
async def resume_user(ctx: Ctx, user_id: UserId) -> UserDetail:
    async with ctx.begin() as tx:
        await user_acts.resume(ctx, tx, user_id)
    return await _detail(ctx, user_id)


@put(f"{_USER}/roles", opt=sensitive(requires(MANAGE)), tags=_TAGS)
async def put_roles(ctx: Ctx, user_id: UserId, data: JSONBody[RolesInput]) -> UserDetail:
    """All roles that the person has from now on."""
    async with ctx.begin() as tx:
        await change_roles(ctx, tx, user_id, data.roles)
    return await _detail(ctx, user_id)


@delete(f"{_USER}/sessions/{{session_id:uuid}}", opt=requires(MANAGE), tags=_TAGS)
async def end_user_session(ctx: Ctx, user_id: UserId, session_id: FromPath[uuid.UUID]) -> None:
    async with ctx.begin() as tx:
        await user_acts.end_session(ctx, tx, user_id, session_id)


@delete(f"{_USER}/sessions", opt=requires(MANAGE), tags=_TAGS)
async def end_user_sessions(ctx: Ctx, user_id: UserId) -> None:
    async with ctx.begin() as tx:
        await user_acts.end_sessions(ctx, tx, user_id)


@post(f"{_USER}/reset-password", opt=requires(MANAGE), tags=_TAGS, status_code=204)
async def send_user_reset(ctx: Ctx, user_id: UserId) -> None:
    """A mail with a link to set a new password."""
    async with ctx.begin() as tx:
        await user_acts.send_password_reset(ctx, tx, user_id)


@post(f"{_USER}/resend-verification", opt=requires(MANAGE), tags=_TAGS, status_code=204)
async def resend_user_verification(ctx: Ctx, user_id: UserId) -> None:
    async with ctx.begin() as tx:
        await user_acts.resend_verification(ctx, tx, user_id)


@post(f"{_USER}/export", opt=sensitive(requires(MANAGE)), tags=_TAGS, status_code=200)
async def export_user(ctx: Ctx, user_id: UserId) -> Response[Any]:
    """A zip of JSON and CSV with everything that is known about the person."""
    return await zip_answer(ctx, user_id)


@post(f"{_USER}/erase", opt=sensitive(requires(MANAGE)), tags=_TAGS, status_code=200)
async def erase_user(ctx: Ctx, user_id: UserId, data: JSONBody[EraseInput]) -> UserDetail:
    """Needs an export of the last 24 hours and the person's address in ``confirm``. Cannot be undone."""
    async with ctx.begin() as tx:
        await erase_person(ctx, tx, user_id, data)
    return await _detail(ctx, user_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_users,
    export_users,
    read_user,
    suspend_user,
    resume_user,
    put_roles,
    end_user_session,
    end_user_sessions,
    send_user_reset,
    resend_user_verification,
    export_user,
    erase_user,
]
