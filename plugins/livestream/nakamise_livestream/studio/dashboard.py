"""The broadcaster's first page: how it goes, what is next, everything that was and will be."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from nakamise.contracts.live import Followers
from nakamise.db import Tx
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import NavLink, filter_of, page, page_address, page_base, see_other, yen
from nakamise_livestream.broadcasters import apply
from nakamise_livestream.broadcasters.apply_pages import PAGE as APPLY
from nakamise_livestream.broadcasters.schemas import Broadcaster
from nakamise_livestream.broadcasts import lists
from nakamise_livestream.broadcasts.schemas import OwnFilter, OwnPage
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.sales import numbers
from nakamise_livestream.studio import setup
from nakamise_livestream.words import BROADCAST_STATES, BROADCASTER_STATES, badges, words

AnyRequest = Request[Any, Any, Any]
HOME: Final = "/livestream/studio"


@get("/studio", opt=signed_in(), include_in_schema=False)
async def dashboard(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(OwnFilter, request.query_params)
    async with ctx.read() as tx:
        mine = await apply.of_actor(ctx, tx)
        if mine is None:
            return see_other(ctx, APPLY)
        found = await lists.own(ctx, tx, mine.id, wanted)
        todo = await setup.steps(ctx, tx, mine)
        followers = await _followers(ctx, tx, mine.id)
        earned = await numbers.earned(tx, mine.id)
    if wanted.page > found.page_count:
        return see_other(ctx, page_address(HOME, wanted, page=found.page_count))
    return await page(
        ctx,
        "livestream/studio_home.html",
        mine=mine,
        found=found,
        wanted=wanted,
        tabs=_tabs(ctx, wanted, found),
        paging=page_base(page_address(HOME, wanted)),
        todo=[] if all(step.is_done for step in todo) else todo,
        followers=followers,
        earned=yen(earned),
        **_words(ctx, mine),
    )


def _words(ctx: TenantCtx, mine: Broadcaster) -> dict[str, Any]:
    return {
        "states": badges(ctx, BROADCAST_STATES),
        "standing": badges(ctx, BROADCASTER_STATES)[mine.state.value],
        "zone": ctx.tenant.zone.key,
    }


def _tabs(ctx: TenantCtx, wanted: OwnFilter, found: OwnPage) -> list[NavLink]:
    _ = words(ctx)
    everything = page_address(HOME, wanted, state=None)
    tabs = [NavLink(_("All"), everything, current=wanted.state is None, count=sum(found.counts.values()))]
    for state in State:
        number = found.counts.get(state.value, 0)
        # A tab that is nearly always empty is noise; one that is chosen stays.
        if number == 0 and wanted.state != state and state in (State.PAUSED, State.EXPIRED, State.CANCELLED):
            continue
        address = page_address(HOME, wanted, state=state)
        label = _(BROADCAST_STATES[state.value][0])
        tabs.append(NavLink(label, address, current=wanted.state == state, count=number))
    return tabs


async def _followers(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> int | None:
    """None where nobody can follow."""
    service = ctx.optional_service(Followers)
    return None if service is None else (await service.counts(tx, [broadcaster_id]))[broadcaster_id]


route_handlers: Final[list[ControllerRouterHandler]] = [dashboard]
