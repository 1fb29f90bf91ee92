"""The button to follow, and the two lists. Each act is a form that works without scripts."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, Forbidden, Invalid
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import N_, filter_of, fragment, page, page_base, read_form, safe_next, see_other
from nakamise_social.follows import lists, service
from nakamise_social.follows.schemas import PageFilter
from nakamise_social.notices import consent
from nakamise_social.profiles import handles
from nakamise_social.profiles.handles import HandleInput
from nakamise_social.settings import SocialSettings
from nakamise_social.words import say, words

AnyRequest = Request[Any, Any, Any]
FOLLOWING: Final = "/social/following"
FOLLOWERS: Final = "/social/followers"


class FollowForm(msgspec.Struct, frozen=True):
    """``on``: what is wished, so that a second click means the same. ``next``: where the form stands."""

    on: bool = False
    next: str = FOLLOWING


class SwitchForm(msgspec.Struct, frozen=True):
    """An unticked box is not sent."""

    notify: bool = False


@post("/broadcasters/{broadcaster_id:uuid}/follow", opt=signed_in(), include_in_schema=False)
async def follow(request: AnyRequest, ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, FollowForm)).valid()
    back = safe_next(form.next, FOLLOWING)
    try:
        async with ctx.begin() as tx:
            if form.on:
                await service.follow(ctx, tx, broadcaster_id)
            else:
                await service.unfollow(ctx, tx, broadcaster_id)
    except (Conflict, Forbidden) as refused:
        return await _button(ctx, broadcaster_id, back, say(ctx, refused))
    return await _button(ctx, broadcaster_id, back)


async def _button(ctx: TenantCtx, broadcaster_id: uuid.UUID, back: str, refusal: str = "") -> Response[bytes]:
    """The button as it is now, so that a playing video goes on; without scripts the page again."""
    if not ctx.http.is_partial:
        return see_other(ctx, back, flash=refusal or None, kind="danger" if refusal else "ok")
    async with ctx.read() as tx:
        one = await service.broadcaster(ctx, tx, broadcaster_id)
        state = await service.state(ctx, tx, one)
        path = await handles.path(tx, broadcaster_id)
    # htmx draws no answer of an error, so the refusal comes with the button itself.
    return await fragment(
        ctx, "social/button.html", "button", state=state, name=one.name, path=path, back=back, refusal=refusal
    )


@get("/following", opt=signed_in(), include_in_schema=False)
async def following(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await lists.following(ctx, tx, filter_of(PageFilter, request.query_params))
        chosen = await consent.preferences(ctx, tx)
    if found.page > found.page_count:
        return see_other(ctx, f"{FOLLOWING}?page={found.page_count}")
    return await page(
        ctx,
        "social/following.html",
        found=found,
        chosen=chosen,
        offers_mails=ctx.settings(SocialSettings).mails,
        paging=page_base(FOLLOWING),
    )


@post("/following/{broadcaster_id:uuid}/notify", opt=signed_in(), include_in_schema=False)
async def switch(request: AnyRequest, ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, SwitchForm)).valid()
    async with ctx.begin() as tx:
        await service.switch(ctx, tx, broadcaster_id, notify=form.notify)
    told = N_("You will be told when it starts.") if form.notify else N_("You will not be told any more.")
    return see_other(ctx, FOLLOWING, flash=words(ctx)(told))


@get("/followers", opt=signed_in(), include_in_schema=False)
async def followers(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _followers(ctx, filter_of(PageFilter, request.query_params), {}, None)


@post("/address", opt=signed_in(), include_in_schema=False)
async def address(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, HandleInput)
    try:
        async with ctx.begin() as tx:
            await handles.choose(ctx, tx, (await lists.me(ctx, tx)).id, form.valid())
    except Invalid as refused:
        errors = {name: say(ctx, fault) for name, fault in refused.fields.items()}
        return await _followers(ctx, PageFilter(), errors, str(form.raw.get("handle", "")))
    return see_other(ctx, FOLLOWERS, flash=words(ctx)(N_("Saved.")))


async def _followers(
    ctx: TenantCtx, wanted: PageFilter, errors: dict[str, str], typed: str | None
) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await lists.followers(ctx, tx, wanted)
        path = await handles.path(tx, (await lists.me(ctx, tx)).id)
    if found.page > found.page_count:
        return see_other(ctx, f"{FOLLOWERS}?page={found.page_count}")
    return await page(
        ctx,
        "social/followers.html",
        status=422 if errors else 200,
        found=found,
        path=path,
        handle=path.rpartition("/")[2] if typed is None else typed,
        errors=errors,
        paging=page_base(FOLLOWERS),
    )


route_handlers: Final[list[ControllerRouterHandler]] = [follow, following, switch, followers, address]
