"""The cart's page and acts. Each act is a form that works without scripts; with them only the parts change."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.ui import CartSubject
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound, Problem
from nakamise.plugin import Ctx, Slot, TenantCtx, anyone
from nakamise.web import N_, cookie, fragment, gettext_for, page, read_form, see_other
from nakamise_shop.cart import repository, service
from nakamise_shop.cart.schemas import Cart, CartLine, Quantity, Trouble
from nakamise_shop.catalog import choice
from nakamise_shop.catalog import service as catalog
from nakamise_shop.catalog.schemas import Product

AnyRequest = Request[Any, Any, Any]
CART: Final = "/shop/cart"
CHECKOUT: Final = "/shop/checkout/address"
COOKIE_LIFE_S: Final = 60 * 24 * 3600
TROUBLES: Final = {
    Trouble.NOT_FOR_SALE: N_("This item is no longer for sale. Please remove it."),
    Trouble.SOLD_OUT: N_("This item is sold out. Please remove it, or wait until it is back."),
    Trouble.TOO_MANY: N_("Only %(n)s left in stock. Please change the quantity."),
    Trouble.OVER_LIMIT: N_("At most %(n)s per order. Please change the quantity."),
}


class AddForm(msgspec.Struct, frozen=True):
    """``product`` is a slug; the variant follows from ``o0``… (one value per option), or is ``variant``."""

    product: str = ""
    variant: uuid.UUID | None = None
    quantity: Quantity = 1
    then: str = "stay"
    o0: str = ""
    o1: str = ""
    o2: str = ""


class LineForm(msgspec.Struct, frozen=True):
    variant: uuid.UUID
    quantity: Annotated[int, Meta(ge=0, le=999)] = 0


@get("/cart", opt=anyone(), include_in_schema=False)
async def show(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    key = service.key_of(ctx)
    async with ctx.begin() as tx:
        adopted = await service.adopt(tx, key)
        cart = await service.view(ctx, tx, key)
    answer = await page(
        ctx,
        "shop/cart_page.html",
        slots={Slot.CART_SUMMARY: _subject(ctx, cart)},
        cart=cart,
        words=_trouble_words(ctx, cart),
        undo=_undo(request, cart),
        checkout=CHECKOUT,
    )
    if adopted:
        answer.delete_cookie(service.COOKIE)
    return answer


def _subject(ctx: TenantCtx, cart: Cart) -> CartSubject:
    return CartSubject(
        quantity=cart.quantity,
        goods=cart.quote.goods if cart.quote else 0,
        total=cart.quote.total if cart.quote else 0,
        currency=ctx.tenant.currency,
    )


def _trouble_words(ctx: TenantCtx, cart: Cart) -> dict[uuid.UUID, str]:
    _ = gettext_for(ctx.locale, "shop")
    return {line.variant_id: _(TROUBLES[line.trouble], n=line.limit) for line in cart.lines if line.trouble}


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


@post("/cart/add", opt=anyone(), include_in_schema=False)
async def add(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Back to the product (or the part of it that says so), to the cart, or on to checkout."""
    form = (await read_form(request, AddForm)).valid()
    key = service.key_of(ctx)
    try:
        async with ctx.begin() as tx:
            await service.adopt(tx, key)
            variant_id = await _variant_of(ctx, tx, form)
            cart_id, token = await service.find_or_make(tx, key)
            line = await service.add(ctx, tx, cart_id, variant_id, form.quantity)
            badge = await repository.quantity_for(tx, key.user_id, token or key.token)
    except Conflict as refusal:
        return await _refused(ctx, form, refusal)
    return _with_cookie(ctx, await _added(ctx, form, line, badge), key, token)


async def _variant_of(ctx: TenantCtx, tx: Tx, form: AddForm) -> uuid.UUID:
    """Raises NotFound, and Conflict for options that no variant has."""
    if form.variant:
        return form.variant
    product = await catalog.product(ctx, tx, form.product)
    found = choice.by_values(product, _values(product, form))
    if found is None:
        raise Conflict(N_("Please choose from the options."), code="no_such_variant", domain="shop")
    return found.id


def _values(product: Product, form: AddForm) -> list[str]:
    return [form.o0, form.o1, form.o2][: len(product.options)]


async def _added(ctx: TenantCtx, form: AddForm, line: CartLine, badge: int) -> Response[bytes]:
    said = gettext_for(ctx.locale, "shop")(
        N_("Added to the cart: %(name)s × %(n)s"), name=_full_name(line), n=form.quantity
    )
    if ctx.http.is_partial and form.then == "checkout":
        return Response(b"", headers={"HX-Redirect": CHECKOUT})
    if ctx.http.is_partial:
        return await fragment(ctx, "shop/cart_added.html", "added", said=said, quantity=badge, oob=True)
    if form.then == "checkout":
        return see_other(ctx, CHECKOUT)
    return see_other(ctx, CART if form.then == "cart" else _product_path(form), flash=said)


async def _refused(ctx: TenantCtx, form: AddForm, refusal: Problem) -> Response[bytes]:
    said = _say(ctx, refusal)
    if ctx.http.is_partial:
        return await fragment(ctx, "shop/cart_added.html", "refused", status=refusal.status, said=said)
    return see_other(ctx, _product_path(form), flash=said, kind="danger")


def _product_path(form: AddForm) -> str:
    return f"/shop/products/{quote(form.product, safe='')}" if form.product else CART


def _full_name(line: CartLine) -> str:
    return f"{line.name} {line.variant_name}".rstrip()


def _say(ctx: TenantCtx, problem: Problem) -> str:
    return gettext_for(ctx.locale, problem.domain)(problem.message, **problem.params)


def _with_cookie(
    ctx: TenantCtx, answer: Response[bytes], key: service.CartKey, token: str | None
) -> Response[bytes]:
    """A new guest gets the cart's token; a user whose guest cart has joined loses it."""
    if token:
        answer.set_cookie(cookie(ctx, service.COOKIE, token, max_age_s=COOKIE_LIFE_S))
    elif key.user_id and key.token:
        answer.delete_cookie(service.COOKIE)
    return answer


@post("/cart/update", opt=anyone(), include_in_schema=False)
async def update(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, LineForm)).valid()
    if form.quantity == 0:
        return await _take_out(ctx, form.variant)
    try:
        async with ctx.begin() as tx:
            await service.set_quantity(ctx, tx, await _own(ctx, tx), form.variant, form.quantity)
    except Conflict as refusal:
        return see_other(ctx, CART, flash=_say(ctx, refusal), kind="danger")
    return see_other(ctx, CART)


@post("/cart/remove", opt=anyone(), include_in_schema=False)
async def remove(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _take_out(ctx, (await read_form(request, LineForm)).valid().variant)


async def _take_out(ctx: TenantCtx, variant_id: uuid.UUID) -> Response[bytes]:
    """The cart then offers to put it back."""
    async with ctx.begin() as tx:
        quantity = await repository.remove(tx, await _own(ctx, tx), variant_id)
    return see_other(ctx, f"{CART}?removed={variant_id}&n={quantity}" if quantity else CART)


@post("/cart/clear", opt=anyone(), include_in_schema=False)
async def clear(ctx: Ctx) -> Response[bytes]:
    async with ctx.begin() as tx:
        await repository.clear(tx, await _own(ctx, tx))
    return see_other(ctx, CART, flash=gettext_for(ctx.locale, "shop")(N_("The cart is empty now.")))


async def _own(ctx: TenantCtx, tx: Tx) -> uuid.UUID:
    """Raises NotFound when this browser has no cart."""
    key = service.key_of(ctx)
    await service.adopt(tx, key)
    found = await service.find(tx, key)
    if found is None:
        raise NotFound
    return found


route_handlers: Final[list[ControllerRouterHandler]] = [show, add, update, remove, clear]
