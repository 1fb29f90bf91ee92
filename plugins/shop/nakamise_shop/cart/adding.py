"""Putting goods into the cart from a product's page."""

from __future__ import annotations

import uuid
from typing import Final
from urllib.parse import quote

import msgspec
from litestar import Response, post

from nakamise.db import Tx
from nakamise.errors import Conflict, Problem
from nakamise.plugin import Ctx, TenantCtx, anyone
from nakamise.web import N_, cookie, fragment, gettext_for, read_form, see_other
from nakamise_shop.cart import repository, service
from nakamise_shop.cart.paths import BUY_NOW, CART, AnyRequest
from nakamise_shop.cart.schemas import CartLine, Quantity
from nakamise_shop.catalog import choice
from nakamise_shop.catalog import service as catalog
from nakamise_shop.catalog.schemas import Product
from nakamise_shop.reports import looking
from nakamise_shop.saying import say

COOKIE_LIFE_S: Final = 60 * 24 * 3600


class AddForm(msgspec.Struct, frozen=True):
    """``product`` is a slug; the variant follows from ``o0``… (one value per option), or is ``variant``. ``via``: how
    the buyer came to the product."""

    product: str = ""
    variant: uuid.UUID | None = None
    quantity: Quantity = 1
    then: str = "stay"
    via: str = ""
    o0: str = ""
    o1: str = ""
    o2: str = ""


@post("/cart/add", opt=anyone(), include_in_schema=False)
async def add(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Back to the product (or the part of it that says so), to the cart, or on to checkout."""
    form = (await read_form(request, AddForm)).valid()
    key = service.key_of(ctx)
    via = looking.way_of(ctx, request, form.via)
    try:
        async with ctx.begin() as tx:
            await service.adopt(tx, key)
            variant_id = await _variant_of(ctx, tx, form)
            cart_id, token = await service.find_or_make(tx, key)
            line = await service.add(ctx, tx, cart_id, variant_id, form.quantity, via)
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
        N_("Added to the cart: %(name)s × %(n)s"), name=line.full_name, n=form.quantity
    )
    if ctx.http.is_partial and form.then == "checkout":
        return Response(b"", headers={"HX-Redirect": BUY_NOW})
    if ctx.http.is_partial:
        return await fragment(ctx, "shop/cart_added.html", "added", said=said, quantity=badge, oob=True)
    if form.then == "checkout":
        return see_other(ctx, BUY_NOW)
    return see_other(ctx, CART if form.then == "cart" else _product_path(form), flash=said)


async def _refused(ctx: TenantCtx, form: AddForm, refusal: Problem) -> Response[bytes]:
    said = say(ctx, refusal)
    if ctx.http.is_partial:
        return await fragment(ctx, "shop/cart_added.html", "refused", status=refusal.status, said=said)
    return see_other(ctx, _product_path(form), flash=said, kind="danger")


def _product_path(form: AddForm) -> str:
    return f"/shop/products/{quote(form.product, safe='')}" if form.product else CART


def _with_cookie(
    ctx: TenantCtx, answer: Response[bytes], key: service.CartKey, token: str | None
) -> Response[bytes]:
    """A new guest gets the cart's token; a user whose guest cart has joined loses it."""
    if token:
        answer.set_cookie(cookie(ctx, service.COOKIE, token, max_age_s=COOKIE_LIFE_S))
    elif key.user_id and key.token:
        answer.delete_cookie(service.COOKIE)
    return answer
