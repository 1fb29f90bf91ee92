"""The webhook's address, and the way back from Stripe."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, post
from litestar.types import ControllerRouterHandler

from nakamise.errors import BadRequest, Problem
from nakamise.plugin import Ctx, anyone, in_maintenance
from nakamise.web import N_, gettext_for
from nakamise_payments_stripe import inbox

# Stripe's largest events are far smaller.
LONGEST: Final = 512 * 1024


@post("/webhook", opt=in_maintenance(anyone()), include_in_schema=False, status_code=200)
async def webhook(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    """200 once it is written down, also a second time; 400 for what Stripe did not sign."""
    try:
        body = await request.body()
        if len(body) > LONGEST:
            raise BadRequest(N_("This is too long."), domain="payments_stripe")
        event = inbox.verified(ctx, body, request.headers.get("stripe-signature", ""))
    except Problem as refusal:
        text = gettext_for(ctx.locale, refusal.domain)(refusal.message)
        return Response(text.encode(), status_code=refusal.status, media_type="text/plain")
    await inbox.receive(ctx, event)
    return Response(b"", status_code=200, media_type="text/plain")


route_handlers: Final[list[ControllerRouterHandler]] = [webhook]
