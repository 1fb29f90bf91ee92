"""The desk's two sides: a buyer's page at the order, and the operator's list and decision."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires, signed_in
from nakamise.web import N_, fill, page, read_form, see_other
from nakamise_shop.disclosure import service
from nakamise_shop.disclosure.schemas import CHECKS, STATES, AskDisclosure, DecideDisclosure
from nakamise_shop.legal import LABELS
from nakamise_shop.saying import say
from nakamise_shop.staff.products.form import clean
from nakamise_shop.staff.text import fault_texts, labels, words

AnyRequest = Request[Any, Any, Any]
Page = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
PERMISSION: Final = "shop.disclosures"
LIST: Final = "/admin/shop/disclosures"


@get("/orders/{number:str}/seller", opt=signed_in(), include_in_schema=False)
async def ask_page(ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    return await _ask_page(ctx, number, {}, {})


async def _ask_page(
    ctx: TenantCtx, number: str, typed: dict[str, Any], errors: dict[str, str]
) -> Response[bytes]:
    async with ctx.read() as tx:
        order = await service.own_order(ctx, tx, number)
        asked = await service.of_order(ctx, tx, order.id)
    return await page(
        ctx,
        "shop/disclosure_ask.html",
        status=422 if errors else 200,
        order=order,
        asked=asked,
        may_ask=order.paid_at is not None and not any(one.state.value == "open" for one in asked),
        states=_states(ctx),
        labels=labels(ctx, LABELS),
        values={"claim": "", "reason": "", "is_honest": "", **typed},
        errors=errors,
    )


@post("/orders/{number:str}/seller", opt=signed_in(), include_in_schema=False)
async def ask(request: AnyRequest, ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    data = await request.form()
    form = fill(AskDisclosure, {name: [clean(name, str(value))] for name, value in data.multi_items()})
    try:
        async with ctx.begin() as tx:
            await service.ask(ctx, tx, number, form.valid())
    except Invalid as refused:
        return await _ask_page(ctx, number, dict(form.raw), fault_texts(ctx, refused.fields))
    except Conflict as refused:
        return see_other(ctx, f"/shop/orders/{number}/seller", flash=say(ctx, refused), kind="danger")
    _ = words(ctx)
    return see_other(ctx, f"/shop/orders/{number}/seller", flash=_("We have received your request."))


@get("/disclosures", opt=requires(PERMISSION), include_in_schema=False)
async def staff_list(ctx: Ctx, page_number: Page = 1) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.found_page(ctx, tx, page_number)
    return await page(
        ctx,
        "shop/disclosure_list.html",
        found=found.items,
        states=_states(ctx),
        page_number=page_number,
        pages=found.page_count,
        here=LIST,
    )


@get("/disclosures/{disclosure_id:uuid}", opt=requires(PERMISSION), include_in_schema=False)
async def staff_one(ctx: Ctx, disclosure_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _staff_one(ctx, disclosure_id, {}, {})


async def _staff_one(
    ctx: TenantCtx, disclosure_id: uuid.UUID, typed: dict[str, Any], errors: dict[str, str]
) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.one(ctx, tx, disclosure_id)
    return await page(
        ctx,
        "shop/disclosure_decide.html",
        status=422 if errors else 200,
        one=found,
        states=_states(ctx),
        checks=list(labels(ctx, CHECKS).items()),
        labels=labels(ctx, LABELS),
        values={"answer": "", "checks": [], **typed},
        errors=errors,
        here=LIST,
    )


@post("/disclosures/{disclosure_id:uuid}", opt=requires(PERMISSION), include_in_schema=False)
async def decide(request: AnyRequest, ctx: Ctx, disclosure_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, DecideDisclosure)
    try:
        async with ctx.begin() as tx:
            await service.decide(ctx, tx, disclosure_id, form.valid())
    except Invalid as refused:
        return await _staff_one(ctx, disclosure_id, dict(form.raw), fault_texts(ctx, refused.fields))
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/{disclosure_id}", flash=say(ctx, refused), kind="danger")
    return see_other(
        ctx, f"{LIST}/{disclosure_id}", flash=words(ctx)(N_("Decided. The buyer is told by mail."))
    )


def _states(ctx: TenantCtx) -> dict[str, tuple[str, str]]:
    _ = words(ctx)
    return {state.value: (_(label), kind) for state, (label, kind) in STATES.items()}


buyer_handlers: Final[list[ControllerRouterHandler]] = [ask_page, ask]
staff_handlers: Final[list[ControllerRouterHandler]] = [staff_list, staff_one, decide]
