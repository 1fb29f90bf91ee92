"""Told at the door: what was sent is more than a form of ours can be. Nothing was looked up."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.plugin.context import TenantCtx
from nakamise.routing.answers import plain
from nakamise.routing.asgi import Send
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.shell import build_shell

TOO_LARGE: Final = N_("What was sent is too large.")
LESS: Final = N_("Nothing was saved. Go back in your browser and send less, for example a smaller file.")
HOME: Final = N_("Back to the top page")


async def too_large(ctx: TenantCtx, send: Send) -> None:
    """413: problem+json where JSON is asked for, else a page; ``ctx`` is a guest's, so nobody's name is in it."""
    _ = gettext_for(ctx.locale, "core")
    said = _(TOO_LARGE)
    if ctx.http.is_api or ctx.http.wants_json:
        problem = {"type": "about:blank", "title": said, "status": 413, "detail": said, "code": "too_large"}
        await plain(send, 413, msgspec.json.encode(problem).decode(), b"application/problem+json")
        return
    data = {"title": said, "text": _(LESS), "way_out": _(HOME)}
    page = ctx.runtime.renderer.render("core/oversized.html", build_shell(ctx, []), data)
    await plain(send, 413, page, b"text/html; charset=utf-8")
