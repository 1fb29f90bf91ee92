"""The watch page: for what is on the air, for what starts in a moment, and for a rehearsal's staff."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from litestar import Response

from nakamise.contracts.ui import BroadcasterSubject
from nakamise.errors import Unavailable
from nakamise.plugin import Slot, TenantCtx
from nakamise.web import page
from nakamise_livestream.broadcasts import goods
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.broadcasts.schemas import PublicBroadcast
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.chat import lines
from nakamise_livestream.chat.schemas import TEXT_MAX
from nakamise_livestream.stage.schemas import OnStage

# From then on the page counts down instead of telling about the broadcast.
SOON: Final = timedelta(minutes=15)


def is_stage(ctx: TenantCtx, found: PublicBroadcast) -> bool:
    """Whether ``found`` has a stage now; otherwise its page tells about it."""
    if found.is_on_air or found.may_watch:
        return True
    if found.state is not State.SCHEDULED or found.scheduled_for is None:
        return False
    return found.scheduled_for - SOON <= ctx.now()


async def stage(
    ctx: TenantCtx, found: PublicBroadcast, on_stage: Sequence[OnStage], structured: dict[str, object]
) -> Response[bytes]:
    chat = await lines.chat_of(ctx, found.id)
    shown = goods.worded(found.products, ctx.locale)
    return await page(
        ctx,
        "livestream/watch.html",
        slots={Slot.LIVE_BROADCASTER: _broadcaster(found)},
        found=found,
        chat=chat,
        goods=shown,
        pinned=next((one for one in shown if one.id == found.pinned_id), None),
        structured=structured,
        text_max=TEXT_MAX,
        zone=ctx.tenant.zone,
        facts={
            "id": str(found.id),
            "state": found.state.value,
            "may_watch": found.may_watch,
            "pinned_id": str(found.pinned_id) if found.pinned_id else None,
            "cursor": chat.cursor,
            "goods": msgspec.to_builtins(shown),
            "on_stage": msgspec.to_builtins(on_stage),
            "standing": msgspec.to_builtins(chat.standing),
            "mode": msgspec.to_builtins(chat.mode),
            "zone": ctx.tenant.timezone,
            "hearts": await _hearts(ctx, found.id),
            "now_ms": int(ctx.now().timestamp() * 1000),
        },
    )


def _broadcaster(found: PublicBroadcast) -> BroadcasterSubject:
    return BroadcasterSubject(
        broadcaster_id=found.broadcaster_id, name=found.broadcaster_name, broadcast_id=found.id
    )


async def _hearts(ctx: TenantCtx, broadcast_id: uuid.UUID) -> int:
    """So far; 0 while the rooms are away."""
    try:
        return (await room_of(ctx, broadcast_id).reactions()).get("heart", 0)
    except Unavailable:
        return 0
