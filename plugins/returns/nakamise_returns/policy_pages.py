"""What each shop promises, edited by staff: /admin/returns/policies."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.catalog import Catalog
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import gettext_for, page, read_form, see_other
from nakamise_returns import words
from nakamise_returns.policy import policies, policy, save, sentences
from nakamise_returns.saying import faults, say
from nakamise_returns.schemas import Payer, Policy
from nakamise_returns.staff_api import POLICY

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/returns/policies"
Note = Annotated[str, Meta(max_length=1000)]


class PolicyForm(msgspec.Struct, kw_only=True):
    """``deduction`` is whole percent."""

    days: Annotated[int, Meta(ge=0, le=90)]
    defect_days: Annotated[int, Meta(ge=1, le=365)]
    payer: Payer
    deduction: Annotated[int, Meta(ge=0, le=100)] = 0
    postage: Annotated[int, Meta(ge=0, le=100_000)] = 0
    products: list[uuid.UUID] = []
    categories: list[uuid.UUID] = []
    note: Note = ""
    note_en: Note = ""
    version: int = 0


@get("/policies", opt=requires(POLICY), include_in_schema=False)
async def all_policies(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        shops = (await ctx.service(Catalog).choices(tx, with_products=False)).shops
        known = await policies(tx, [shop_id for shop_id, _name in shops])
    _ = gettext_for(ctx.locale, "returns")
    rows = [
        (shop_id, name, known[shop_id], sentences(_, known[shop_id], locale=ctx.locale))
        for shop_id, name in shops
    ]
    return await page(ctx, "returns/staff_policies.html", rows=rows)


@get("/policies/{shop_id:uuid}", opt=requires(POLICY), include_in_schema=False)
async def edit(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, shop_id)


async def _show(
    ctx: TenantCtx,
    shop_id: uuid.UUID,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    async with ctx.read() as tx:
        choices = await ctx.service(Catalog).choices(tx)
        known = await policy(tx, shop_id)
    name = dict(choices.shops).get(shop_id)
    if name is None:
        raise NotFound
    return await page(
        ctx,
        "returns/staff_policy.html",
        status=status,
        name=name,
        shop_id=shop_id,
        values=typed or _values(known),
        products=choices.products,
        categories=choices.categories,
        payers=words.choices(ctx, words.PAYERS),
        errors=errors or {},
    )


def _values(known: Policy) -> dict[str, Any]:
    return {
        "days": known.days,
        "defect_days": known.defect_days,
        "payer": known.payer,
        "deduction": known.deduction_bp // 100,
        "postage": known.postage,
        "products": [str(one) for one in known.product_ids],
        "categories": [str(one) for one in known.category_ids],
        "note": known.note,
        "note_en": known.note_en,
        "version": known.version,
    }


@post("/policies/{shop_id:uuid}", opt=requires(POLICY), include_in_schema=False)
async def change(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, PolicyForm)
    try:
        given = form.valid()
        async with ctx.begin() as tx:
            await save(ctx, tx, _policy(shop_id, given))
    except Invalid as refused:
        errors = faults(ctx, {**form.errors, **refused.fields})
        return await _show(ctx, shop_id, status=422, errors=errors, typed=dict(form.raw))
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/{shop_id}", flash=say(ctx, refused), kind="danger")
    return see_other(ctx, LIST, flash=gettext_for(ctx.locale, "returns")("Saved. Buyers see it now."))


def _policy(shop_id: uuid.UUID, given: PolicyForm) -> Policy:
    return Policy(
        shop_id=shop_id,
        days=given.days,
        defect_days=given.defect_days,
        payer=given.payer,
        deduction_bp=given.deduction * 100,
        postage=given.postage,
        product_ids=given.products,
        category_ids=given.categories,
        note=given.note,
        note_en=given.note_en,
        version=given.version,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [all_policies, edit, change]
