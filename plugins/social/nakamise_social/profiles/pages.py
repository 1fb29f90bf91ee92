"""A broadcaster's public page."""

from __future__ import annotations

from typing import Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import BroadcasterSubject
from nakamise.plugin import Ctx, Slot, anyone
from nakamise.web import page
from nakamise_social.profiles import service


@get("/{handle:str}", opt=anyone(), include_in_schema=False)
async def profile(ctx: Ctx, handle: FromPath[str]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.profile(ctx, tx, handle)
    one = found.broadcaster
    subject = BroadcasterSubject(broadcaster_id=one.id, name=one.name)
    return await page(ctx, "social/profile.html", slots={Slot.LIVE_PROFILE: subject}, found=found, one=one)


route_handlers: Final[list[ControllerRouterHandler]] = [profile]
