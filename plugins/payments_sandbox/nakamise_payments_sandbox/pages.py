"""The page on which a bank would ask its customer to confirm a payment (3-D Secure)."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.payments import ChargeState
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, TenantCtx, in_maintenance, signed_in
from nakamise.web import page, read_form, see_other
from nakamise_payments_sandbox import books
from nakamise_payments_sandbox.cards import AUTHENTICATION_FAILED


class Decision(msgspec.Struct, frozen=True):
    outcome: Literal["confirm", "fail"]


@get("/3ds/{reference:str}", opt=in_maintenance(signed_in()), include_in_schema=False)
async def challenge(ctx: Ctx, reference: FromPath[str]) -> Response[bytes]:
    entry = await _entry(ctx, reference)
    if entry.state is not ChargeState.REQUIRES_ACTION:
        return see_other(ctx, entry.return_url)
    return await page(ctx, "payments_sandbox/challenge.html", entry=entry)


@post("/3ds/{reference:str}", opt=in_maintenance(signed_in()), include_in_schema=False)
async def decide(ctx: Ctx, request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[bytes]:
    decision = (await read_form(request, Decision)).valid()
    entry = await _entry(ctx, reference)
    async with ctx.begin() as tx:
        if decision.outcome == "confirm":
            await books.confirm(tx, entry.key)
        else:
            await books.settle(tx, entry.key, ChargeState.FAILED, AUTHENTICATION_FAILED)
    return see_other(ctx, entry.return_url)


@get("/konbini/{reference:str}", opt=in_maintenance(signed_in()), include_in_schema=False)
async def till(ctx: Ctx, reference: FromPath[str]) -> Response[bytes]:
    """The till of a convenience store, as far as a test needs one."""
    return await page(ctx, "payments_sandbox/till.html", entry=await _entry(ctx, reference))


@post("/konbini/{reference:str}", opt=in_maintenance(signed_in()), include_in_schema=False)
async def pay_at_till(ctx: Ctx, reference: FromPath[str]) -> Response[bytes]:
    """Also after the order has ended: that is what late money is tried out with."""
    entry = await _entry(ctx, reference)
    async with ctx.begin() as tx:
        await books.pay_at_till(tx, entry.key)
    return see_other(ctx, entry.return_url)


async def _entry(ctx: TenantCtx, reference: str) -> books.Entry:
    async with ctx.read() as tx:
        entry = await books.by_reference(tx, reference)
    if entry is None or not entry.return_url:
        raise NotFound
    return entry


route_handlers: Final[list[ControllerRouterHandler]] = [challenge, decide, till, pay_at_till]
