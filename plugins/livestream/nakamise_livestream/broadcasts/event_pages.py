"""The page of one broadcast: what it is about, when, by whom, what is shown, and the wish to be reminded."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import BroadcasterSubject
from nakamise.errors import Conflict
from nakamise.plugin import Ctx, Slot, TenantCtx, anyone, signed_in
from nakamise.web import N_, page, read_form, see_other
from nakamise_livestream.archive import pages as archive_pages
from nakamise_livestream.broadcasts import reminders, watching
from nakamise_livestream.broadcasts.schemas import PublicBroadcast, path_of
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.stage import guests
from nakamise_livestream.watch import pages as watch_pages
from nakamise_livestream.words import BROADCAST_STATES, END_WHY, badges, labels, say, words

AnyRequest = Request[Any, Any, Any]
# https://schema.org/EventStatusType
_STATUS: Final = {State.CANCELLED: "EventCancelled", State.EXPIRED: "EventCancelled"}


class ReminderForm(msgspec.Struct, frozen=True):
    on: bool = False


@get("/{broadcast_id:uuid}", opt=anyone(), include_in_schema=False)
async def one_broadcast(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await watching.public(ctx, tx, broadcast_id)
        there = await guests.on_stage(tx, broadcast_id) if found.is_on_air else []
    if watch_pages.is_stage(ctx, found):
        return await watch_pages.stage(ctx, found, there, structured(ctx, found))
    if found.state is State.ENDED and (shown := await archive_pages.replay(ctx, found)):
        return shown
    subject = BroadcasterSubject(
        broadcaster_id=found.broadcaster_id, name=found.broadcaster_name, broadcast_id=found.id
    )
    return await page(
        ctx,
        "livestream/event.html",
        slots={Slot.LIVE_BROADCASTER: subject},
        found=found,
        states=badges(ctx, BROADCAST_STATES),
        end_why=labels(ctx, END_WHY),
        structured=structured(ctx, found),
    )


def structured(ctx: TenantCtx, found: PublicBroadcast) -> dict[str, Any]:
    """What search engines read: https://schema.org/BroadcastEvent as JSON-LD."""
    start = found.started_at or found.scheduled_for
    return {
        "@context": "https://schema.org",
        "@type": "BroadcastEvent",
        "name": found.title,
        "description": found.description,
        "url": ctx.url(found.path),
        "image": [ctx.url(found.cover.url(1280))] if found.cover else [],
        "isLiveBroadcast": found.is_on_air,
        "startDate": start.isoformat() if start else None,
        "endDate": found.ended_at.isoformat() if found.started_at and found.ended_at else None,
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "eventStatus": f"https://schema.org/{_STATUS.get(found.state, 'EventScheduled')}",
        "performer": {"@type": "Person", "name": found.broadcaster_name},
        "organizer": {"@type": "Organization", "name": ctx.tenant.name, "url": ctx.url("/")},
        "location": {"@type": "VirtualLocation", "url": ctx.url(found.path)},
    }


@post("/{broadcast_id:uuid}/reminder", opt=signed_in(), include_in_schema=False)
async def reminder(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    given = (await read_form(request, ReminderForm)).valid()
    try:
        async with ctx.begin() as tx:
            await reminders.wish(ctx, tx, broadcast_id, on=given.on)
    except Conflict as refused:
        return see_other(ctx, path_of(broadcast_id), flash=say(ctx, refused), kind="danger")
    told = N_("We will mail you before it starts.") if given.on else N_("We will not remind you.")
    return see_other(ctx, path_of(broadcast_id), flash=words(ctx)(told))


route_handlers: Final[list[ControllerRouterHandler]] = [one_broadcast, reminder]
