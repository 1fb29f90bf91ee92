"""The list of broadcasts, the calendar, and files for the viewer's own calendar."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.plugin import Ctx, TenantCtx, anyone
from nakamise.web import NavLink, filter_of, fragment, page, page_address, page_base, see_other
from nakamise_livestream.broadcasters import repository as broadcasters
from nakamise_livestream.broadcasts import calendar, categories, ics, lists, watching
from nakamise_livestream.broadcasts.calendar import CalendarFilter
from nakamise_livestream.broadcasts.categories import CategoryChoice
from nakamise_livestream.broadcasts.schemas import CardPage, ListFilter, Status
from nakamise_livestream.words import BROADCAST_STATES, FILTERS, badges, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/livestream"
CALENDAR: Final = "/livestream/calendar"
_ICS: Final = "text/calendar"


@get("/", opt=anyone(), include_in_schema=False)
async def broadcast_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Only the results for a page that refreshes itself."""
    wanted = filter_of(ListFilter, request.query_params)
    async with ctx.read() as tx:
        found = await lists.cards(ctx, tx, wanted)
        choices = await categories.choices(ctx, tx)
    if wanted.page > found.page_count:
        return see_other(ctx, page_address(LIST, wanted, page=found.page_count))
    data: dict[str, Any] = {"found": found, "wanted": wanted, **_around(ctx, wanted, found, choices)}
    if ctx.http.is_partial:
        return await fragment(ctx, "livestream/list.html", "results", **data)
    return await page(ctx, "livestream/list.html", **data)


def _around(
    ctx: TenantCtx, wanted: ListFilter, found: CardPage, choices: list[CategoryChoice]
) -> dict[str, object]:
    """Tabs, chips and the address of other pages."""
    _ = words(ctx)
    address = page_address(LIST, wanted)
    tabs = [NavLink(_("All"), page_address(LIST, wanted, status=None), current=wanted.status is None)]
    tabs += [
        NavLink(
            _(FILTERS[status]),
            page_address(LIST, wanted, status=status),
            current=wanted.status is status,
            count=found.counts[status],
        )
        for status in Status
    ]
    chips = [NavLink(_("All"), page_address(LIST, wanted, category=None), current=wanted.category is None)]
    chips += [
        NavLink(one.name, page_address(LIST, wanted, category=one.slug), current=wanted.category == one.slug)
        for one in choices
    ]
    return {
        "tabs": tabs,
        "chips": chips if choices else [],
        "states": badges(ctx, BROADCAST_STATES),
        "paging": page_base(address),
        "address": address,
    }


@get("/calendar", opt=anyone(), include_in_schema=False)
async def month(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(CalendarFilter, request.query_params)
    async with ctx.read() as tx:
        found = await calendar.month(ctx, tx, wanted)
        of = await broadcasters.find_public(tx, wanted.broadcaster) if wanted.broadcaster else None
    if wanted.broadcaster is not None and of is None:
        raise NotFound
    return await page(
        ctx,
        "livestream/calendar.html",
        month=found,
        of=of,
        today=ctx.now().astimezone(ctx.tenant.zone).date(),
        states=badges(ctx, BROADCAST_STATES),
        before=_month_address(wanted, found.before),
        after=_month_address(wanted, found.after),
        feed=f"{CALENDAR}.ics" + (f"?broadcaster={of.id}" if of else ""),
    )


def _month_address(wanted: CalendarFilter, to: str) -> str:
    of = f"&broadcaster={wanted.broadcaster}" if wanted.broadcaster else ""
    return f"{CALENDAR}?month={to}{of}"


@get("/calendar.ics", opt=anyone(), include_in_schema=False)
async def feed(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """What is announced, to be subscribed to (RFC 5545)."""
    wanted = filter_of(ListFilter, request.query_params)
    asked = ListFilter(status=Status.SCHEDULED, broadcaster=wanted.broadcaster)
    async with ctx.read() as tx:
        cards = await lists.cards(ctx, tx, asked)
        found = [await watching.public(ctx, tx, card.id) for card in cards.items]
    text = ics.calendar_of(ctx.tenant.name, [watching.entry_of(ctx, one) for one in found])
    return Response(text.encode(), media_type=_ICS)


@get("/{broadcast_id:uuid}/event.ics", opt=anyone(), include_in_schema=False)
async def event_file(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await watching.public(ctx, tx, broadcast_id)
    text = ics.calendar_of(found.title, [watching.entry_of(ctx, found)])
    named = {"content-disposition": 'attachment; filename="event.ics"'}
    return Response(text.encode(), media_type=_ICS, headers=named)


route_handlers: Final[list[ControllerRouterHandler]] = [broadcast_list, month, feed, event_file]
