"""Where a ticket is opened, and the button that ends it; on the tenant's own host."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.auth.cookies import SESSION, clear_cookie, set_cookie
from nakamise.auth.sessions import ACT_LIFETIME
from nakamise.plugin.access import anyone, signed_in
from nakamise.plugin.context import Ctx
from nakamise.tenancy.agencies import act
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import see_other


@get("/act", opt=anyone(), include_in_schema=False)
async def begin(ctx: Ctx, ticket: FromQuery[str] = "") -> Response[bytes]:
    opened = await act.open_session(ctx, ticket)
    answer = see_other(ctx, "/admin")
    answer.headers["cache-control"] = "no-store"
    answer.set_cookie(set_cookie(SESSION, opened.token, ctx.http, int(ACT_LIFETIME.total_seconds())))
    return answer


@post("/act/end", opt=signed_in(), include_in_schema=False)
async def end(ctx: Ctx) -> Response[bytes]:
    await act.end_session(ctx)
    _ = gettext_for(ctx.locale, "core")
    answer = see_other(ctx, "/", flash=_("You no longer act for this site."))
    if ctx.actor.impersonator is not None:
        answer.set_cookie(clear_cookie(SESSION, ctx.http))
    return answer


route_handlers: Final[list[ControllerRouterHandler]] = [begin, end]
