"""What this plugin's boxes on other pages need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from nakamise.contracts.live import LiveBroadcasters
from nakamise.contracts.ui import BroadcasterSubject
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise_social.follows import numbers, service
from nakamise_social.notices import inbox
from nakamise_social.profiles import handles

Context = Mapping[str, object]
Subject = msgspec.Struct | None


async def bell(ctx: TenantCtx, tx: Tx, _subject: Subject) -> Context | None:
    """How much is unread, for those who are signed in."""
    user_id = ctx.actor.user_id
    return {"unread": await inbox.unread(tx, user_id)} if user_id else None


async def beside_broadcaster(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    """The button to follow; nothing for somebody who is not approved any more."""
    if not isinstance(subject, BroadcasterSubject):
        return None
    known = await ctx.service(LiveBroadcasters).by_id(tx, [subject.broadcaster_id])
    one = known.get(subject.broadcaster_id)
    if one is None:
        return None
    return {
        "state": await service.state(ctx, tx, one),
        "path": await handles.path(tx, one.id),
        "name": one.name,
    }


async def studio(_ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    if not isinstance(subject, BroadcasterSubject):
        return None
    return {
        "numbers": await numbers.numbers(tx, subject.broadcaster_id),
        "path": await handles.path(tx, subject.broadcaster_id),
    }


BUILDERS: Final[Mapping[Slot, Callable[[TenantCtx, Tx, Subject], Awaitable[Context | None]]]] = {
    Slot.HEADER_ACTIONS: bell,
    Slot.LIVE_BROADCASTER: beside_broadcaster,
    Slot.LIVE_STUDIO: studio,
}
