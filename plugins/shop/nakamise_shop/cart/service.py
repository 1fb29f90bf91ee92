"""Acts on a cart. The guest's cart joins the user's at the first request after a login."""

from __future__ import annotations

import itertools
import uuid

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import new_token
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.cart import repository
from nakamise_shop.cart.schemas import Cart, CartGroup, CartLine
from nakamise_shop.quoting import Wanted, quote

COOKIE = "cart"


class CartKey(msgspec.Struct, frozen=True):
    """Whose cart: the actor's, or the bearer of a guest token; ``token`` may be there besides a user."""

    user_id: uuid.UUID | None
    token: str | None


def key_of(ctx: TenantCtx, token: str | None = None) -> CartKey:
    """``token`` from the API's header; pages have it in a cookie."""
    return CartKey(ctx.actor.user_id, token or ctx.http.cookies.get(COOKIE))


async def find(tx: Tx, key: CartKey) -> uuid.UUID | None:
    if key.user_id is not None:
        return await repository.cart_of_user(tx, key.user_id)
    return await repository.cart_of_token(tx, key.token) if key.token else None


async def find_or_make(tx: Tx, key: CartKey) -> tuple[uuid.UUID, str | None]:
    """The cart, and the token of a guest's cart that was made just now."""
    if key.user_id is not None:
        return await repository.make_user_cart(tx, key.user_id), None
    if found := await find(tx, key):
        return found, None
    token = new_token(16)
    return await repository.make_guest_cart(tx, token), token


async def adopt(tx: Tx, key: CartKey) -> bool:
    """Merge the guest's cart into the signed-in user's; True when there was one."""
    if key.user_id is None or not key.token:
        return False
    source = await repository.cart_of_token(tx, key.token)
    if source is None:
        return False
    await repository.merge(tx, source, await repository.make_user_cart(tx, key.user_id))
    return True


async def view(ctx: TenantCtx, tx: Tx, key: CartKey) -> Cart:
    cart_id = await find(tx, key)
    lines = await repository.lines_of(tx, cart_id, ctx.locale) if cart_id else []
    buyable = [line for line in lines if line.trouble is None]
    return Cart(
        groups=[
            CartGroup(slug, own[0].shop_name, own)
            for slug, same in itertools.groupby(lines, key=lambda line: line.shop_slug)
            if (own := list(same))
        ],
        quantity=sum(line.quantity for line in lines),
        quote=await quote(ctx, tx, [wanted(line) for line in buyable]) if buyable else None,
    )


def wanted(line: CartLine) -> Wanted:
    return Wanted(
        line_id=str(line.variant_id),
        shop_id=line.shop_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        qty=line.quantity,
        price=line.price,
        tax_class=line.tax_class,
    )


async def add(ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID, quantity: int) -> CartLine:
    """Raises NotFound, or Conflict when there is not enough; the line then stays as it was."""
    if await repository.add(tx, cart_id, variant_id, quantity) == 0:
        raise NotFound
    line = await _line(ctx, tx, cart_id, variant_id)
    _check(line)
    return line


async def set_quantity(
    ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID, quantity: int
) -> None:
    """Raises NotFound, or Conflict that says how many there are."""
    if quantity == 0:
        await repository.remove(tx, cart_id, variant_id)
        return
    if await repository.set_quantity(tx, cart_id, variant_id, quantity) != 1:
        raise NotFound
    _check(await _line(ctx, tx, cart_id, variant_id))


async def _line(ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID) -> CartLine:
    lines = await repository.lines_of(tx, cart_id, ctx.locale)
    return next(line for line in lines if line.variant_id == variant_id)


def _check(line: CartLine) -> None:
    if line.available <= 0:
        raise Conflict(N_("This item is sold out."), code="sold_out", domain="shop")
    if line.quantity > line.limit:
        message = (
            N_("Only %(n)s left in stock.")
            if line.limit == line.available
            else N_("At most %(n)s per order.")
        )
        raise Conflict(message, code="not_enough", domain="shop", params={"n": line.limit})
