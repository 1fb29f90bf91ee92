"""The page for a new shop."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, fill, page, see_other
from nakamise_shop.legal import LABELS
from nakamise_shop.saying import say
from nakamise_shop.staff.products.form import clean
from nakamise_shop.staff.shops import making as shop_making
from nakamise_shop.staff.shops.pages import LIST, MANAGE
from nakamise_shop.staff.shops.schemas import NewShop
from nakamise_shop.staff.text import fault_texts, labels, words

# Who sells; the notice's other items are about how, and are filled in on the shop's own page.
SELLER: Final = ("seller", "representative", "address", "phone", "email")
_EMPTY: Final = dict.fromkeys(NewShop.__struct_fields__, "")


@get("/shops/new", opt=requires(MANAGE), include_in_schema=False)
async def new_shop(ctx: Ctx) -> Response[bytes]:
    return await _show(ctx, {}, {}, {})


@post("/shops/new", opt=requires(MANAGE), include_in_schema=False)
async def create_shop(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    data = await request.form()
    raw = {name: [clean(name, str(value))] for name, value in data.multi_items()}
    form = fill(NewShop, {name: values for name, values in raw.items() if name != "legal"})
    legal = {name: raw.get(f"legal.{name}", [""])[0] for name in SELLER}
    errors: dict[str, FieldError] = dict(form.errors)
    if form.value is not None:
        try:
            async with ctx.begin() as tx:
                given = msgspec.structs.replace(form.value, legal=legal)
                shop_id = await shop_making.create(ctx, tx, given)
        except Invalid as refused:
            errors |= refused.fields
        except Conflict as refused:
            return see_other(ctx, LIST, flash=say(ctx, refused), kind="danger")
        else:
            said = words(ctx)(N_("The shop is there. Complete its legal notice; then it can open."))
            return see_other(ctx, f"{LIST}/{shop_id}", flash=said)
    return await _show(ctx, dict(form.raw), legal, fault_texts(ctx, errors))


async def _show(
    ctx: TenantCtx, values: dict[str, Any], legal: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    named = labels(ctx, LABELS)
    return await page(
        ctx,
        "shop/staff_shop_new.html",
        status=422 if errors else 200,
        values=_EMPTY | values,
        legal=legal,
        labels={name: named[name] for name in SELLER},
        errors=errors,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [new_shop, create_shop]
