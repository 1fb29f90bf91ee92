"""The watch page: for what is on the air, for what starts in a moment, and for a rehearsal's staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from litestar import Response

from nakamise.plugin import TenantCtx
from nakamise.web import page
from nakamise_livestream.broadcasts import goods
from nakamise_livestream.broadcasts.schemas import PublicBroadcast
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.chat import lines
from nakamise_livestream.chat.schemas import TEXT_MAX

# From then on the page counts down instead of telling about the broadcast.
SOON: Final = timedelta(minutes=15)


def is_stage(ctx: TenantCtx, found: PublicBroadcast) -> bool:
    """Whether ``found`` has a stage now; otherwise its page tells about it."""
    if found.is_on_air or found.may_watch:
        return True
    if found.state is not State.SCHEDULED or found.scheduled_for is None:
        return False
    return found.scheduled_for - SOON <= ctx.now()


async def stage(ctx: TenantCtx, found: PublicBroadcast, structured: dict[str, object]) -> Response[bytes]:
    chat = await lines.chat_of(ctx, found.id)
    shown = goods.worded(found.products, ctx.locale)
    return await page(
        ctx,
        "livestream/watch.html",
        found=found,
        chat=chat,
        goods=shown,
        pinned=next((one for one in shown if one.id == found.pinned_id), None),
        structured=structured,
        text_max=TEXT_MAX,
        now_ms=int(ctx.now().timestamp() * 1000),
        facts={
            "id": str(found.id),
            "state": found.state.value,
            "may_watch": found.may_watch,
            "pinned_id": str(found.pinned_id) if found.pinned_id else None,
            "cursor": chat.cursor,
            "goods": msgspec.to_builtins(shown),
            "standing": msgspec.to_builtins(chat.standing),
            "mode": msgspec.to_builtins(chat.mode),
            "now_ms": int(ctx.now().timestamp() * 1000),
        },
    )
