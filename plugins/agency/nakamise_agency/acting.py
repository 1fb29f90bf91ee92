"""An act of a page that ends in one sentence: done, or why not."""

from __future__ import annotations

from collections.abc import Awaitable

from litestar import Response

from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import see_other
from nakamise_agency.words import say


async def acted(ctx: TenantCtx, act: Awaitable[object], back: str, said: str) -> Response[bytes]:
    """Leads to ``back``, with ``said`` once ``act`` is done, else with what stood against it."""
    try:
        await act
    except Conflict as refused:
        return see_other(ctx, back, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, back, flash=said)
