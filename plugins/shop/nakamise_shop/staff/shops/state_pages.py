"""Applying for a shop, and deciding: buttons of its page, and a page of its own where a reason is asked."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, page, read_form, see_other
from nakamise_shop import scope
from nakamise_shop.saying import say
from nakamise_shop.staff.products.acts import Answer, check_confirmed
from nakamise_shop.staff.shops import service, states
from nakamise_shop.staff.shops.pages import LIST, MANAGE
from nakamise_shop.staff.shops.states import DECIDE
from nakamise_shop.staff.text import fault_texts, words

AnyRequest = Request[Any, Any, Any]
_REFUSALS: Final = {"reject": "rejected", "suspend": "suspended"}
_SAID: Final = {
    "open": N_("The shop is open for business."),
    "closed": N_("The shop is closed."),
    "rejected": N_("Rejected. The applicant is told by mail."),
    "suspended": N_("Suspended. Buyers no longer find the shop and its products."),
}


class Why(msgspec.Struct, kw_only=True):
    """What the page asks for."""

    reason: str = ""


@post("/shops/{shop_id:uuid}/apply", opt=requires(MANAGE), include_in_schema=False)
async def apply(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    back = f"{LIST}/{shop_id}"
    try:
        async with ctx.begin() as tx:
            await states.apply(ctx, tx, shop_id)
    except Conflict as refused:
        return see_other(ctx, back, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, back, flash=words(ctx)(N_("Applied. You are told by mail when it is decided.")))


@post("/shops/{shop_id:uuid}/open", opt=requires(DECIDE), include_in_schema=False)
async def open_shop(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Approves one that applied, opens again one that is suspended."""
    return await _decided(ctx, shop_id, "open")


@post("/shops/{shop_id:uuid}/close", opt=requires(DECIDE), include_in_schema=False)
async def close_shop(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    check_confirmed((await read_form(request, Answer)).valid().confirm)
    return await _decided(ctx, shop_id, "closed")


async def _decided(ctx: TenantCtx, shop_id: uuid.UUID, to: str, reason: str = "") -> Response[bytes]:
    back = f"{LIST}/{shop_id}"
    try:
        async with ctx.begin() as tx:
            await states.decide(ctx, tx, shop_id, to, reason)
    except Conflict as refused:
        return see_other(ctx, back, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, back, flash=words(ctx)(_SAID[to]))


@get("/shops/{shop_id:uuid}/reject", opt=requires(DECIDE), include_in_schema=False)
async def ask_reject(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """What it means, why it is done, and the button."""
    return await _ask(ctx, shop_id, "reject", "", {})


@get("/shops/{shop_id:uuid}/suspend", opt=requires(DECIDE), include_in_schema=False)
async def ask_suspend(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """What it means, why it is done, and the button."""
    return await _ask(ctx, shop_id, "suspend", "", {})


@post("/shops/{shop_id:uuid}/reject", opt=requires(DECIDE), include_in_schema=False)
async def reject(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _refused(request, ctx, shop_id, "reject")


@post("/shops/{shop_id:uuid}/suspend", opt=requires(DECIDE), include_in_schema=False)
async def suspend(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _refused(request, ctx, shop_id, "suspend")


async def _refused(request: AnyRequest, ctx: TenantCtx, shop_id: uuid.UUID, act: str) -> Response[bytes]:
    given = (await read_form(request, Why)).valid()
    try:
        return await _decided(ctx, shop_id, _REFUSALS[act], given.reason)
    except Invalid as faulty:
        return await _ask(ctx, shop_id, act, given.reason, fault_texts(ctx, faulty.fields))


async def _ask(
    ctx: TenantCtx, shop_id: uuid.UUID, act: str, reason: str, errors: dict[str, str]
) -> Response[bytes]:
    async with ctx.read() as tx:
        shop = await service.shop(ctx, tx, shop_id)
        await scope.check_all(ctx, tx)
        left = await states.left(tx, shop_id)
    if shop.state not in states.SOURCES[_REFUSALS[act]]:
        said = words(ctx)(N_("The shop's state does not allow this."))
        return see_other(ctx, f"{LIST}/{shop_id}", flash=said, kind="danger")
    return await page(
        ctx,
        "shop/staff_shop_refuse.html",
        status=422 if errors else 200,
        shop=shop,
        act=act,
        left=left,
        reason=reason,
        reason_max=states.REASON_MAX,
        errors=errors,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    apply,
    open_shop,
    close_shop,
    ask_reject,
    ask_suspend,
    reject,
    suspend,
]
