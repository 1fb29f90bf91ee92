"""The cart's page and acts. Each act is a form that works without scripts; with them only the parts change."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.ui import CartSubject
from nakamise.errors import Conflict
from nakamise.plugin import Ctx, Slot, TenantCtx, anyone
from nakamise.web import N_, fragment, gettext_for, page, read_form, see_other
from nakamise_shop.cart import adding, refusals, repository, service
from nakamise_shop.cart.paths import CART, CHECKOUT, AnyRequest
from nakamise_shop.cart.schemas import Cart
from nakamise_shop.orders.bills import Unsure, teller
from nakamise_shop.saying import say

TEMPLATE: Final = "shop/cart_page.html"


class LineForm(msgspec.Struct, frozen=True):
    variant: uuid.UUID
    quantity: Annotated[int, Meta(ge=0, le=999)] = 0


@get("/cart", opt=anyone(), include_in_schema=False)
async def show(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    key = service.key_of(ctx)
    adopted = await _adopt(ctx, key)
    if ctx.http.is_partial:
        return await _part(ctx)
    async with ctx.read() as tx:
        cart = await service.view(ctx, tx, key)
    answer = await page(
        ctx,
        TEMPLATE,
        slots=dict.fromkeys((Slot.CART_SUMMARY, Slot.CART_SECTION), _subject(ctx, cart)),
        cart=cart,
        **_bill(ctx, cart),
        words=_trouble_words(ctx, cart),
        undo=_undo(request, cart),
        refused="",
        checkout=CHECKOUT,
    )
    if adopted:
        answer.delete_cookie(service.COOKIE)
    return answer


async def _adopt(ctx: TenantCtx, key: service.CartKey) -> bool:
    """Looking at a cart writes only where a guest's cart waits for its user."""
    if key.user_id is None or not key.token:
        return False
    async with ctx.begin() as tx:
        await service.adopt(tx, key)
    return True


def _subject(ctx: TenantCtx, cart: Cart) -> CartSubject:
    return CartSubject(
        quantity=cart.quantity,
        goods=cart.quote.goods if cart.quote else 0,
        total=cart.quote.total if cart.quote else 0,
        currency=ctx.tenant.currency,
        quote=cart.quote,
    )


def _bill(ctx: TenantCtx, cart: Cart) -> dict[str, Any]:
    """Before an address is chosen the carriage is an estimate."""
    return {"told": teller(ctx.locale), "unsure": Unsure(True, cart.has_unknown_shipping)}


def _trouble_words(ctx: TenantCtx, cart: Cart) -> dict[uuid.UUID, str]:
    return {line.variant_id: refusals.in_words(ctx, line) for line in cart.lines if line.trouble}


def _undo(request: AnyRequest, cart: Cart) -> LineForm | None:
    """What was just taken out, from the address; None when it is in the cart again."""
    try:
        removed = msgspec.convert(
            {"variant": request.query_params.get("removed"), "quantity": request.query_params.get("n")},
            LineForm,
            strict=False,
        )
    except msgspec.ValidationError:
        return None
    return None if any(line.variant_id == removed.variant for line in cart.lines) else removed


@post("/cart/update", opt=anyone(), include_in_schema=False)
async def update(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, LineForm)).valid()
    if form.quantity == 0:
        return await _take_out(ctx, form.variant)
    try:
        async with ctx.begin() as tx:
            await service.set_quantity(
                ctx, tx, await service.existing(tx, service.key_of(ctx)), form.variant, form.quantity
            )
    except Conflict as refusal:
        said = say(ctx, refusal)
        if ctx.http.is_partial:
            return await _part(ctx, refused=said, status=refusal.status)
        return see_other(ctx, CART, flash=said, kind="danger")
    return await _part(ctx) if ctx.http.is_partial else see_other(ctx, CART)


@post("/cart/remove", opt=anyone(), include_in_schema=False)
async def remove(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _take_out(ctx, (await read_form(request, LineForm)).valid().variant)


async def _take_out(ctx: TenantCtx, variant_id: uuid.UUID) -> Response[bytes]:
    """The cart then offers to put it back."""
    async with ctx.begin() as tx:
        quantity = await repository.remove(tx, await service.existing(tx, service.key_of(ctx)), variant_id)
    if ctx.http.is_partial:
        return await _part(ctx, undo=LineForm(variant_id, quantity) if quantity else None)
    return see_other(ctx, f"{CART}?removed={variant_id}&n={quantity}" if quantity else CART)


async def _part(
    ctx: TenantCtx, *, undo: LineForm | None = None, refused: str = "", status: int = 200
) -> Response[bytes]:
    """The cart without its page, for a change in place."""
    async with ctx.read() as tx:
        cart = await service.view(ctx, tx, service.key_of(ctx))
    return await fragment(
        ctx,
        TEMPLATE,
        "cart",
        status=status,
        slots=dict.fromkeys((Slot.CART_SUMMARY, Slot.CART_SECTION), _subject(ctx, cart)),
        cart=cart,
        **_bill(ctx, cart),
        words=_trouble_words(ctx, cart),
        undo=undo,
        refused=refused,
        checkout=CHECKOUT,
    )


@post("/cart/clear", opt=anyone(), include_in_schema=False)
async def clear(ctx: Ctx) -> Response[bytes]:
    async with ctx.begin() as tx:
        await repository.clear(tx, await service.existing(tx, service.key_of(ctx)))
    return see_other(ctx, CART, flash=gettext_for(ctx.locale, "shop")(N_("The cart is empty now.")))


route_handlers: Final[list[ControllerRouterHandler]] = [show, adding.add, update, remove, clear]
