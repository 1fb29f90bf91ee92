"""The hall, in which visitors call out to each other; what staff say there is for staff."""

from __future__ import annotations

from typing import Annotated

import msgspec

from nakamise.errors import Forbidden
from nakamise.plugin import Admission, TenantCtx


class Said(msgspec.Struct, frozen=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    staff: bool = False
    urgent: bool = True


class Event(msgspec.Struct, frozen=True):
    id: str


async def admit(ctx: TenantCtx, room_id: str) -> Admission | None:
    """Everybody into the rooms 1 to 9, users into "lounge"; managers hear all."""
    if room_id == "lounge":
        ctx.require_user()
    elif not (room_id.isdecimal() and 1 <= int(room_id) <= 9):
        return None
    return Admission(staff=ctx.actor.can("hello.manage"))


async def say(ctx: TenantCtx, room_id: str, said: Said) -> Event:
    """Raises Forbidden, and Unavailable while the rooms are away."""
    if said.staff and not ctx.actor.can("hello.manage"):
        raise Forbidden("You may not do this.")
    hall = ctx.room("hello.hall", room_id)
    return Event(await hall.publish("said", said, staff=said.staff, urgent=said.urgent))
