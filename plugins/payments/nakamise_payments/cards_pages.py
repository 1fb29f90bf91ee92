"""A buyer's saved cards, under /payments/cards."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.payments import Payments
from nakamise.plugin import Ctx, sensitive, signed_in
from nakamise.web import gettext_for, page, see_other

HERE: Final = "/payments/cards"


@get("/cards", opt=signed_in(), include_in_schema=False)
async def cards(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await ctx.service(Payments).saved(tx)
    return await page(ctx, "payments/cards.html", cards=found)


@post("/cards/{saved_id:uuid}/forget", opt=sensitive(signed_in()), include_in_schema=False)
async def forget(ctx: Ctx, saved_id: FromPath[uuid.UUID]) -> Response[bytes]:
    await ctx.service(Payments).forget(saved_id)
    _ = gettext_for(ctx.locale, "payments")
    return see_other(ctx, HERE, flash=_("The card was removed."))


route_handlers: Final[list[ControllerRouterHandler]] = [cards, forget]
