"""The page that a guest's link opens."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone
from nakamise.web import page
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.stage import guests


@get("/stage/{token:str}", opt=anyone(), include_in_schema=False)
async def stage(ctx: Ctx, token: FromPath[str]) -> Response[bytes]:
    async with ctx.read() as tx:
        guest, broadcast = await guests.opened_by(ctx, tx, token)
        there = await guests.on_stage(tx, broadcast.id)
    return await page(
        ctx,
        "livestream/guest.html",
        guest=guest,
        broadcast=broadcast,
        is_over=not access.may_publish(broadcast),
        facts={
            "id": str(broadcast.id),
            "state": broadcast.state.value,
            "token": token,
            "seat": guest.seat,
            "host": broadcast.broadcaster_name,
            "on_stage": msgspec.to_builtins(there),
            "cursor": await room_of(ctx, broadcast.id).cursor(),
            "now_ms": int(ctx.now().timestamp() * 1000),
        },
    )


route_handlers: Final[list[ControllerRouterHandler]] = [stage]
