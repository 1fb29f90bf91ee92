"""Staff watch over broadcasts: a list that keeps itself fresh, one broadcast, and the forced end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.live import LiveReports
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, NavLink, filter_of, fragment, page, page_address, page_base, read_form, see_other
from nakamise_livestream.broadcasters.schemas import ReasonInput
from nakamise_livestream.broadcasts import end, label, limit, lists, products, rows, served
from nakamise_livestream.broadcasts.schemas import LimitInput, MonitorFilter, OwnPage, StaffLabelInput
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.chat import minutes
from nakamise_livestream.chat.curve import curve
from nakamise_livestream.rights import MANAGE, MONITOR
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.watch import embed
from nakamise_livestream.whip import chores
from nakamise_livestream.words import BROADCAST_STATES, END_WHY, badges, labels, say, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/livestream"
ORDER: Final = (State.LIVE, State.PAUSED, State.SCHEDULED, State.ENDED, State.CANCELLED, State.EXPIRED)


@get("/", opt=requires(MONITOR), include_in_schema=False)
async def monitor(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Only the results for a page that refreshes itself."""
    wanted = filter_of(MonitorFilter, request.query_params)
    async with ctx.read() as tx:
        found = await lists.monitored(ctx, tx, wanted)
        ids = [one.id for one in found.items]
        sent = await served.served(tx, ids)
        reports = await _reports(ctx, tx, ids)
        month = None if ctx.http.is_partial else await served.usages(ctx, tx)
    if wanted.page > found.page_count:
        return see_other(ctx, page_address(LIST, wanted, page=found.page_count))
    data: dict[str, Any] = {
        "found": found,
        "wanted": wanted,
        "tabs": _tabs(ctx, wanted, found),
        "states": badges(ctx, BROADCAST_STATES),
        "paging": page_base(page_address(LIST, wanted)),
        "now": ctx.now(),
        "sent": sent,
        "reports": reports,
        "month": month,
        "nearly": served.NEARLY,
        "in_gb": served.in_gb,
    }
    if ctx.http.is_partial:
        return await fragment(ctx, "livestream/staff_monitor.html", "results", **data)
    return await page(ctx, "livestream/staff_monitor.html", **data)


async def _reports(ctx: TenantCtx, tx: Tx, ids: list[uuid.UUID]) -> Mapping[uuid.UUID, int] | None:
    """None where nobody can report anything."""
    service = ctx.optional_service(LiveReports)
    return None if service is None else await service.open_counts(tx, ids)


def _tabs(ctx: TenantCtx, wanted: MonitorFilter, found: OwnPage) -> list[NavLink]:
    _ = words(ctx)
    everything = page_address(LIST, wanted, state=None)
    tabs = [NavLink(_("All"), everything, current=wanted.state is None, count=sum(found.counts.values()))]
    return tabs + [
        NavLink(
            _(BROADCAST_STATES[state][0]) if state is not State.LIVE else _("Live now"),
            page_address(LIST, wanted, state=state),
            current=wanted.state is state,
            count=found.counts.get(state, 0),
        )
        for state in ORDER
    ]


@get("/broadcasts/{broadcast_id:uuid}", opt=requires(MONITOR), include_in_schema=False)
async def one_broadcast(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, broadcast_id, {})


async def _show(ctx: TenantCtx, broadcast_id: uuid.UUID, errors: dict[str, str]) -> Response[bytes]:
    async with ctx.read() as tx:
        one = await rows.get(tx, broadcast_id, ctx.locale)
        shown = await products.shown(ctx, tx, one)
        story = await label.story(tx, broadcast_id)
        sent = await served.served(tx, [broadcast_id])
        found_minutes = await minutes.minutes(ctx, tx, broadcast_id)
    return await page(
        ctx,
        "livestream/staff_broadcast.html",
        status=422 if errors else 200,
        one=one,
        shown=shown,
        story=story,
        curve=curve(found_minutes, ctx.tenant.zone),
        files=f"/api/livestream/broadcasts/{broadcast_id}/chat",
        sent=sent.get(broadcast_id, served.Served()),
        errors=errors,
        states=badges(ctx, BROADCAST_STATES),
        end_why=labels(ctx, END_WHY),
        may_manage=ctx.actor.can(MANAGE),
        frame=embed.lines_of(ctx, one),
        max_minutes=ctx.settings(LivestreamSettings).max_minutes,
        now=ctx.now(),
    )


@post("/broadcasts/{broadcast_id:uuid}/end", opt=requires(MONITOR), include_in_schema=False)
async def force_end(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, ReasonInput)
    if form.value is None:
        faults = {name: say(ctx, fault) for name, fault in form.errors.items()}
        return await _show(ctx, broadcast_id, faults)
    try:
        async with ctx.begin() as tx:
            await end.force_end(ctx, tx, broadcast_id, form.value.reason)
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/broadcasts/{broadcast_id}", flash=say(ctx, refused), kind="danger")
    await chores.cut_at_once(ctx, broadcast_id)
    return _back(ctx, broadcast_id, N_("The broadcast is ended."))


@post("/broadcasts/{broadcast_id:uuid}/label", opt=requires(MANAGE), include_in_schema=False)
async def assign_label(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    given = (await read_form(request, StaffLabelInput)).valid()
    async with ctx.begin() as tx:
        await label.assign(ctx, tx, broadcast_id, given)
    return _back(ctx, broadcast_id, N_("Saved."))


@post("/broadcasts/{broadcast_id:uuid}/limit", opt=requires(MANAGE), include_in_schema=False)
async def set_limit(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """An empty field: the tenant's limit."""
    form = await read_form(request, LimitInput)
    if form.value is None:
        faults = {name: say(ctx, fault) for name, fault in form.errors.items()}
        return await _show(ctx, broadcast_id, faults)
    async with ctx.begin() as tx:
        await limit.set_limit(ctx, tx, broadcast_id, form.value.minutes)
    return _back(ctx, broadcast_id, N_("Saved."))


def _back(ctx: TenantCtx, broadcast_id: uuid.UUID, said: str) -> Response[bytes]:
    return see_other(ctx, f"{LIST}/broadcasts/{broadcast_id}", flash=words(ctx)(said))


route_handlers: Final[list[ControllerRouterHandler]] = [
    monitor,
    one_broadcast,
    force_end,
    assign_label,
    set_limit,
]
