"""Staff look at applications and decide."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import NavLink, filter_of, page, page_address, page_base, read_form, see_other
from nakamise_livestream.broadcasters import decide
from nakamise_livestream.broadcasters.schemas import Broadcaster, BroadcasterState, ReasonInput, StaffFilter
from nakamise_livestream.broadcasts import lists
from nakamise_livestream.broadcasts.schemas import OwnFilter
from nakamise_livestream.rights import DECIDE
from nakamise_livestream.words import BROADCAST_STATES, BROADCASTER_STATES, badges, say, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/livestream/broadcasters"
ORDER: Final = ("pending", "approved", "suspended", "rejected")


@get("/broadcasters", opt=requires(DECIDE), include_in_schema=False)
async def broadcaster_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(StaffFilter, request.query_params)
    async with ctx.read() as tx:
        found = await decide.staff_page(ctx, tx, wanted)
    if wanted.page > found.page_count:
        return see_other(ctx, page_address(LIST, wanted, page=found.page_count))
    _ = words(ctx)
    everything = page_address(LIST, wanted, state=None)
    tabs = [NavLink(_("All"), everything, current=wanted.state is None, count=sum(found.counts.values()))]
    tabs += [
        NavLink(
            _(BROADCASTER_STATES[state][0]),
            page_address(LIST, wanted, state=BroadcasterState(state)),
            current=wanted.state == state,
            count=found.counts.get(state, 0),
        )
        for state in ORDER
    ]
    return await page(
        ctx,
        "livestream/staff_broadcasters.html",
        found=found,
        wanted=wanted,
        tabs=tabs,
        states=badges(ctx, BROADCASTER_STATES),
        paging=page_base(page_address(LIST, wanted)),
    )


@get("/broadcasters/{broadcaster_id:uuid}", opt=requires(DECIDE), include_in_schema=False)
async def one_broadcaster(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, broadcaster_id, {})


async def _show(ctx: TenantCtx, broadcaster_id: uuid.UUID, errors: dict[str, str]) -> Response[bytes]:
    async with ctx.read() as tx:
        one = await decide.broadcaster(tx, broadcaster_id)
        theirs = await lists.own(ctx, tx, broadcaster_id, OwnFilter())
    return await page(
        ctx,
        "livestream/staff_broadcaster.html",
        status=422 if errors else 200,
        one=one,
        theirs=theirs.items[:10],
        states=badges(ctx, BROADCASTER_STATES),
        broadcast_states=badges(ctx, BROADCAST_STATES),
        errors=errors,
    )


Decide = Callable[[TenantCtx, Tx, uuid.UUID], Awaitable[Broadcaster]]


async def _with_reason(
    request: AnyRequest,
    ctx: TenantCtx,
    broadcaster_id: uuid.UUID,
    act: Callable[[TenantCtx, Tx, uuid.UUID, str], Awaitable[Broadcaster]],
) -> Response[bytes]:
    form = await read_form(request, ReasonInput)
    if form.value is None:
        return await _show(
            ctx, broadcaster_id, {name: say(ctx, fault) for name, fault in form.errors.items()}
        )
    reason = form.value.reason

    async def decided(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> Broadcaster:
        return await act(ctx, tx, broadcaster_id, reason)

    return await _decided(ctx, broadcaster_id, decided)


async def _decided(ctx: TenantCtx, broadcaster_id: uuid.UUID, act: Decide) -> Response[bytes]:
    try:
        async with ctx.begin() as tx:
            after = await act(ctx, tx, broadcaster_id)
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/{broadcaster_id}", flash=say(ctx, refused), kind="danger")
    state = words(ctx)(BROADCASTER_STATES[after.state][0])
    return see_other(ctx, f"{LIST}/{broadcaster_id}", flash=f"{after.name}: {state}")


@post("/broadcasters/{broadcaster_id:uuid}/approve", opt=requires(DECIDE), include_in_schema=False)
async def approve(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _decided(ctx, broadcaster_id, decide.approve)


@post("/broadcasters/{broadcaster_id:uuid}/reject", opt=requires(DECIDE), include_in_schema=False)
async def reject(request: AnyRequest, ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _with_reason(request, ctx, broadcaster_id, decide.reject)


@post("/broadcasters/{broadcaster_id:uuid}/suspend", opt=requires(DECIDE), include_in_schema=False)
async def suspend(request: AnyRequest, ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _with_reason(request, ctx, broadcaster_id, decide.suspend)


@post("/broadcasters/{broadcaster_id:uuid}/resume", opt=requires(DECIDE), include_in_schema=False)
async def resume(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _decided(ctx, broadcaster_id, decide.resume)


route_handlers: Final[list[ControllerRouterHandler]] = [
    broadcaster_list,
    one_broadcaster,
    approve,
    reject,
    suspend,
    resume,
]
