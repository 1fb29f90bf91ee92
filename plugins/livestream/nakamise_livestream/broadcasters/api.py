"""Broadcasters as JSON: the signed-in one, the public one, and what staff decide."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.plugin import Ctx, anyone, requires, signed_in
from nakamise_livestream.broadcasters import apply, decide, pictures, repository
from nakamise_livestream.broadcasters.schemas import (
    ApplicationInput,
    Appointment,
    Broadcaster,
    BroadcasterState,
    PictureKind,
    ProfileInput,
    PublicBroadcaster,
    ReasonInput,
    StaffFilter,
    StaffPage,
)
from nakamise_livestream.rights import DECIDE
from nakamise_livestream.uploads import picture_in, refusing

TAGS: Final = ["live broadcasters"]
_STAFF: Final = "/staff/broadcasters/{broadcaster_id:uuid}"


@get(
    "/broadcasters/{broadcaster_id:uuid}", opt=anyone(), tags=TAGS, operation_id="livestream_get_broadcaster"
)
async def get_broadcaster(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> PublicBroadcaster:
    """404 unless approved."""
    async with ctx.read() as tx:
        found = await repository.find_public(tx, broadcaster_id)
    if found is None:
        raise NotFound
    return found


@get("/broadcaster", opt=signed_in(), tags=TAGS, operation_id="livestream_get_me")
async def get_me(ctx: Ctx) -> Broadcaster:
    """The signed-in user's, in any state; 404 before the first application."""
    async with ctx.read() as tx:
        found = await apply.of_actor(ctx, tx)
    if found is None:
        raise NotFound
    return found


@post("/broadcaster", opt=signed_in(), tags=TAGS, operation_id="livestream_apply")
async def send_application(ctx: Ctx, data: JSONBody[ApplicationInput]) -> Broadcaster:
    """409 ``pending``, ``approved`` or ``suspended``; after ``rejected`` it may be sent again."""
    async with ctx.begin() as tx:
        return await apply.apply(ctx, tx, data)


@put("/broadcaster", opt=signed_in(), tags=TAGS, operation_id="livestream_change_me")
async def change_me(ctx: Ctx, data: JSONBody[ProfileInput]) -> Broadcaster:
    async with ctx.begin() as tx:
        return await apply.change_profile(ctx, tx, data)


@post(
    "/broadcaster/pictures/{which:str}",
    opt=signed_in(),
    tags=TAGS,
    operation_id="livestream_put_my_picture",
    status_code=200,
)
async def put_picture(request: Request[Any, Any, Any], ctx: Ctx, which: FromPath[PictureKind]) -> Broadcaster:
    """multipart/form-data with the file ``picture``: JPEG, PNG or WebP of at most 10 MB."""
    data = await picture_in(request)
    with refusing():
        await pictures.put(ctx, which, data)
    async with ctx.read() as tx:
        return await apply.require_approved(ctx, tx)


@delete(
    "/broadcaster/pictures/{which:str}",
    opt=signed_in(),
    tags=TAGS,
    operation_id="livestream_remove_my_picture",
    status_code=200,
)
async def remove_picture(ctx: Ctx, which: FromPath[PictureKind]) -> Broadcaster:
    async with ctx.begin() as tx:
        await pictures.remove(ctx, tx, which)
        return await apply.require_approved(ctx, tx)


@get("/staff/broadcasters", opt=requires(DECIDE), tags=TAGS, operation_id="livestream_staff_broadcasters")
async def list_broadcasters(
    ctx: Ctx,
    in_state: Annotated[BroadcasterState | None, QueryParameter(name="state")] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> StaffPage:
    """The latest application first, with counts by state."""
    async with ctx.read() as tx:
        return await decide.staff_page(ctx, tx, StaffFilter(state=in_state, q=q, page=page_number))


@post("/staff/broadcasters", opt=requires(DECIDE), tags=TAGS, operation_id="livestream_staff_appoint")
async def appoint(ctx: Ctx, data: JSONBody[Appointment]) -> Broadcaster:
    """Approved without an application."""
    async with ctx.begin() as tx:
        return await decide.appoint(ctx, tx, data)


@get(_STAFF, opt=requires(DECIDE), tags=TAGS, operation_id="livestream_staff_broadcaster")
async def get_one(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Broadcaster:
    async with ctx.read() as tx:
        return await decide.broadcaster(tx, broadcaster_id)


@post(
    f"{_STAFF}/approve",
    opt=requires(DECIDE),
    tags=TAGS,
    operation_id="livestream_staff_approve",
    status_code=200,
)
async def approve(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Broadcaster:
    async with ctx.begin() as tx:
        return await decide.approve(ctx, tx, broadcaster_id)


@post(
    f"{_STAFF}/reject",
    opt=requires(DECIDE),
    tags=TAGS,
    operation_id="livestream_staff_reject",
    status_code=200,
)
async def reject(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID], data: JSONBody[ReasonInput]) -> Broadcaster:
    """The applicant is told the reason."""
    async with ctx.begin() as tx:
        return await decide.reject(ctx, tx, broadcaster_id, data.reason)


@post(
    f"{_STAFF}/suspend",
    opt=requires(DECIDE),
    tags=TAGS,
    operation_id="livestream_staff_suspend",
    status_code=200,
)
async def suspend(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID], data: JSONBody[ReasonInput]) -> Broadcaster:
    """What is on the air ends, what is planned is called off."""
    async with ctx.begin() as tx:
        return await decide.suspend(ctx, tx, broadcaster_id, data.reason)


@post(
    f"{_STAFF}/resume",
    opt=requires(DECIDE),
    tags=TAGS,
    operation_id="livestream_staff_resume",
    status_code=200,
)
async def resume(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Broadcaster:
    async with ctx.begin() as tx:
        return await decide.resume(ctx, tx, broadcaster_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    get_broadcaster,
    get_me,
    send_application,
    change_me,
    put_picture,
    remove_picture,
    list_broadcasters,
    appoint,
    get_one,
    approve,
    reject,
    suspend,
    resume,
]
