"""Buttons: test, repeat one, repeat what failed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, ngettext_for, read_form, see_other
from nakamise_webhooks.deliveries import replay
from nakamise_webhooks.deliveries.recording import send_test
from nakamise_webhooks.rights import MANAGE
from nakamise_webhooks.words import say, words

AnyRequest = Request[Any, Any, Any]
_BASE: Final = "/admin/webhooks"


class SinceForm(msgspec.Struct, kw_only=True):
    """From the beginning of that day, in the tenant's zone."""

    since: date


@post("/{endpoint_id:uuid}/test", opt=requires(MANAGE), include_in_schema=False)
async def send_one(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    try:
        async with ctx.begin() as tx:
            made = await send_test(ctx, tx, endpoint_id)
    except Conflict as refused:
        return _refused(ctx, f"{_BASE}/{endpoint_id}", refused)
    return see_other(ctx, f"{_BASE}/deliveries/{made}", flash=words(ctx)(N_("A test event is on its way.")))


@post("/deliveries/{delivery_id:uuid}/replay", opt=requires(MANAGE), include_in_schema=False)
async def replay_one(ctx: Ctx, delivery_id: FromPath[uuid.UUID]) -> Response[bytes]:
    back = f"{_BASE}/deliveries/{delivery_id}"
    try:
        async with ctx.begin() as tx:
            await replay.replay(ctx, tx, delivery_id)
    except Conflict as refused:
        return _refused(ctx, back, refused)
    return see_other(ctx, back, flash=words(ctx)(N_("It is sent again.")))


@post("/{endpoint_id:uuid}/replay", opt=requires(MANAGE), include_in_schema=False)
async def replay_failed(request: AnyRequest, ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    day = (await read_form(request, SinceForm)).valid().since
    back = f"{_BASE}/{endpoint_id}"
    since = datetime.combine(day, time.min, ctx.tenant.zone)
    try:
        async with ctx.begin() as tx:
            count = await replay.replay_failed(ctx, tx, endpoint_id, since)
    except Conflict as refused:
        return _refused(ctx, back, refused)
    ngettext = ngettext_for(ctx.locale, "webhooks")
    said = ngettext("%(num)s delivery is sent again.", "%(num)s deliveries are sent again.", count)
    return see_other(ctx, back, flash=said)


def _refused(ctx: TenantCtx, back: str, refused: Conflict) -> Response[bytes]:
    return see_other(ctx, back, flash=say(ctx, refused), kind="danger")


route_handlers: Final[list[ControllerRouterHandler]] = [send_one, replay_one, replay_failed]
