"""How pages of people answer an act: back to where it was asked, with what happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar import Response

from nakamise.db import Tx
from nakamise.errors import Conflict, Forbidden, LimitReached, TooMany
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import see_other

Work = Callable[[Tx], Awaitable[object]]


async def acted(ctx: TenantCtx, back: str, done: str, work: Work) -> Response[bytes]:
    """Do ``work`` in a transaction and go ``back``; ``done`` is a msgid. What forbids it is said there.

    Invalid goes on to the caller, whose form it concerns.
    """
    try:
        async with ctx.begin() as tx:
            await work(tx)
    except (Conflict, Forbidden, TooMany) as problem:
        text = gettext_for(ctx.locale, problem.domain)(problem.message, **problem.params)
        return see_other(ctx, back, flash=text, kind="danger", to_plan=isinstance(problem, LimitReached))
    return see_other(ctx, back, flash=gettext_for(ctx.locale, "core")(done))
