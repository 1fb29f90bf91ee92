"""The page where somebody applies as a broadcaster, reads what became of it, and edits their profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import BroadcasterSubject
from nakamise.errors import Conflict, FieldError, Forbidden, Invalid
from nakamise.plugin import Ctx, Slot, TenantCtx, signed_in
from nakamise.web import N_, page, read_form, see_other
from nakamise_livestream.broadcasters import apply, pictures
from nakamise_livestream.broadcasters.schemas import ApplicationInput, Broadcaster, PictureKind, ProfileInput
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.uploads import picture_in, refusing
from nakamise_livestream.words import BROADCASTER_STATES, badges, say, words

AnyRequest = Request[Any, Any, Any]
PAGE: Final = "/livestream/apply"
FIELDS: Final = {
    "name": N_("Name as a broadcaster"),
    "bio": N_("About you"),
    "motive": N_("What do you want to show?"),
    "agree": N_("Terms for broadcasters"),
    "picture": N_("Picture"),
}


@get("/apply", opt=signed_in(), include_in_schema=False)
async def application(ctx: Ctx) -> Response[bytes]:
    return await _show(ctx, {})


@post("/apply", opt=signed_in(), include_in_schema=False)
async def send(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, ApplicationInput)
    try:
        async with ctx.begin() as tx:
            await apply.apply(ctx, tx, form.valid())
    except Invalid as refused:
        return await _show(ctx, form.raw, refused.fields)
    except (Conflict, Forbidden) as refused:
        return see_other(ctx, PAGE, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, PAGE, flash=words(ctx)(N_("Your application is sent.")))


@post("/profile", opt=signed_in(), include_in_schema=False)
async def save_profile(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, ProfileInput)
    try:
        async with ctx.begin() as tx:
            await apply.change_profile(ctx, tx, form.valid())
    except Invalid as refused:
        return await _show(ctx, form.raw, refused.fields)
    except Conflict as refused:
        return see_other(ctx, PAGE, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, PAGE, flash=words(ctx)(N_("Saved.")))


@post("/profile/{which:str}", opt=signed_in(), include_in_schema=False)
async def put_picture(request: AnyRequest, ctx: Ctx, which: FromPath[PictureKind]) -> Response[bytes]:
    try:
        data = await picture_in(request)
        with refusing():
            await pictures.put(ctx, which, data)
    except Invalid as refused:
        return await _show(ctx, {}, refused.fields)
    return see_other(ctx, PAGE, flash=words(ctx)(N_("Saved.")))


@post("/profile/{which:str}/remove", opt=signed_in(), include_in_schema=False)
async def remove_picture(ctx: Ctx, which: FromPath[PictureKind]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await pictures.remove(ctx, tx, which)
    return see_other(ctx, PAGE, flash=words(ctx)(N_("Saved.")))


async def _show(
    ctx: TenantCtx, raw: Mapping[str, Any], faults: Mapping[str, FieldError] | None = None
) -> Response[bytes]:
    async with ctx.read() as tx:
        mine = await apply.of_actor(ctx, tx)
    return await page(
        ctx,
        "livestream/apply.html",
        status=422 if faults else 200,
        slots=_boxes(mine),
        mine=mine,
        raw=raw or _typed_before(ctx, mine),
        errors={name: say(ctx, fault) for name, fault in (faults or {}).items()},
        names={name: words(ctx)(label) for name, label in FIELDS.items()},
        states=badges(ctx, BROADCASTER_STATES),
        agreement=ctx.settings(LivestreamSettings).agreement,
        is_verified=ctx.actor.email_verified,
    )


def _boxes(mine: Broadcaster | None) -> dict[Slot, BroadcasterSubject]:
    if mine is None or not mine.is_approved:
        return {}
    return {Slot.LIVE_STUDIO: BroadcasterSubject(broadcaster_id=mine.id, name=mine.name)}


def _typed_before(ctx: TenantCtx, mine: Broadcaster | None) -> dict[str, Any]:
    """What stands in the form: the last application, or the user's own name."""
    return msgspec.structs.asdict(mine) if mine else {"name": ctx.actor.display_name}


route_handlers: Final[list[ControllerRouterHandler]] = [
    application,
    send,
    save_profile,
    put_picture,
    remove_picture,
]
