"""What this plugin's boxes on other pages need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from nakamise.contracts.ui import BroadcasterSubject
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise_livestream.broadcasts import lists
from nakamise_livestream.broadcasts.schemas import Card, ListFilter, Status
from nakamise_livestream.words import BROADCAST_STATES, badges

SHELF: Final = 4
Context = Mapping[str, object]
Subject = msgspec.Struct | None


async def home(ctx: TenantCtx, tx: Tx, _subject: Subject) -> Context | None:
    """What is on the air, what comes next and what can be seen again; None when there is nothing of it."""
    shelves = {status.value: await _shelf(ctx, tx, ListFilter(status=status)) for status in Status}
    if not any(shelves.values()):
        return None
    return {"shelves": shelves, "states": badges(ctx, BROADCAST_STATES)}


async def profile(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    """One broadcaster's next and last broadcasts."""
    if not isinstance(subject, BroadcasterSubject):
        return None
    id_ = subject.broadcaster_id
    return {
        "coming": await _shelf(ctx, tx, ListFilter(status=Status.SCHEDULED, broadcaster=id_)),
        "past": await _shelf(ctx, tx, ListFilter(status=Status.ENDED, broadcaster=id_)),
        "list": f"/livestream?broadcaster={id_}",
        "calendar": f"/livestream/calendar?broadcaster={id_}",
        "states": badges(ctx, BROADCAST_STATES),
    }


async def _shelf(ctx: TenantCtx, tx: Tx, wanted: ListFilter) -> list[Card]:
    return (await lists.cards(ctx, tx, wanted)).items[:SHELF]


BUILDERS: Final[Mapping[Slot, Callable[[TenantCtx, Tx, Subject], Awaitable[Context | None]]]] = {
    Slot.HOME_SECTION: home,
    Slot.LIVE_PROFILE: profile,
}
