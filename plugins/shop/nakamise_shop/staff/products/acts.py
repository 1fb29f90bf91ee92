"""Buttons on products: publish, hide, archive, restore, delete."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath, PathParameter
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, read_form, safe_next, see_other
from nakamise_shop.saying import say
from nakamise_shop.staff.products import state
from nakamise_shop.staff.products.pages import LIST, MANAGE
from nakamise_shop.staff.text import words

Act = Callable[[TenantCtx, Tx, uuid.UUID], Awaitable[None]]
_ACTS: Final[dict[str, tuple[Act, str]]] = {
    "publish": (state.publish, N_("Published. Buyers see it now.")),
    "unpublish": (state.unpublish, N_("Hidden from the shop.")),
    "archive": (state.archive, N_("Archived.")),
    "restore": (state.restore, N_("Restored as a draft.")),
}
_NEEDS_CONFIRMATION: Final = frozenset({"archive"})
ActName = Literal["publish", "unpublish", "archive", "restore"]


class Answer(msgspec.Struct, kw_only=True):
    """``confirm`` is what the dialog sends: an act that hides things from buyers is refused without."""

    next: str = ""
    confirm: bool = False


@post("/products/{product_id:uuid}/{act:str}", opt=requires(MANAGE), include_in_schema=False)
async def act_on_product(
    request: Request[Any, Any, Any],
    ctx: Ctx,
    product_id: FromPath[uuid.UUID],
    act: Annotated[ActName, PathParameter()],
) -> Response[bytes]:
    answer = (await read_form(request, Answer)).valid()
    if act in _NEEDS_CONFIRMATION:
        check_confirmed(answer.confirm)
    back = safe_next(answer.next, f"{LIST}/{product_id}")
    do, said = _ACTS[act]
    _ = words(ctx)
    try:
        async with ctx.begin() as tx:
            await do(ctx, tx, product_id)
    except Conflict as refused:
        return see_other(ctx, back, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, back, flash=_(said))


@post("/products/{product_id:uuid}/delete", opt=requires(MANAGE), include_in_schema=False)
async def delete_product(
    request: Request[Any, Any, Any], ctx: Ctx, product_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    check_confirmed((await read_form(request, Answer)).valid().confirm)
    async with ctx.begin() as tx:
        gone = await state.delete(ctx, tx, product_id)
    _ = words(ctx)
    if gone:
        return see_other(ctx, LIST, flash=_("The product is deleted."))
    said = _("It was ordered or lies in a cart, so it is archived instead of deleted.")
    return see_other(ctx, f"{LIST}/{product_id}", flash=said, kind="info")


def check_confirmed(confirm: bool) -> None:
    """Raises Invalid: a request that did not come through the dialog."""
    if not confirm:
        raise Invalid({"confirm": FieldError(N_("Please confirm this act."), domain="shop")})


route_handlers: Final[list[ControllerRouterHandler]] = [act_on_product, delete_product]
