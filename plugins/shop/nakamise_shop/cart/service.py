"""Acts on a cart. The guest's cart joins the user's at the first act after a login."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from nakamise.contracts.pricing import Destination
from nakamise.contracts.sales import Via
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import new_token
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.cart import refusals, repository, seeing
from nakamise_shop.cart.repository import LineRow
from nakamise_shop.cart.schemas import Cart, CartGroup, CartLine
from nakamise_shop.catalog.prices import is_reduced, shown
from nakamise_shop.catalog.service import today
from nakamise_shop.domain.bill import bill_of
from nakamise_shop.quoting import Wanted, quote
from nakamise_shop.reports import looking

COOKIE: Final = "cart"
LINES_MAX: Final = 100


class CartKey(msgspec.Struct, frozen=True):
    """Whose cart: the actor's, or the bearer of a guest token; ``token`` may be there besides a user."""

    user_id: uuid.UUID | None
    token: str | None


def key_of(ctx: TenantCtx, token: str | None = None) -> CartKey:
    """``token`` from the API's header; pages have it in a cookie."""
    return CartKey(ctx.actor.user_id, token or ctx.http.cookies.get(COOKIE) or None)


async def find(tx: Tx, key: CartKey) -> uuid.UUID | None:
    if key.user_id is not None:
        return await repository.cart_of_user(tx, key.user_id)
    return await repository.cart_of_token(tx, key.token) if key.token else None


async def existing(tx: Tx, key: CartKey) -> uuid.UUID:
    """Raises NotFound: a cart comes into being with its first line."""
    await adopt(tx, key)
    found = await find(tx, key)
    if found is None:
        raise NotFound
    return found


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


async def view(ctx: TenantCtx, tx: Tx, key: CartKey, destination: Destination | None = None) -> Cart:
    """Without a ``destination`` shipping is an estimate."""
    return await view_of(ctx, tx, await find(tx, key), destination)


async def view_of(
    ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID | None, destination: Destination | None = None
) -> Cart:
    """As ``view``, of a cart that was found; an empty one for None."""
    rows = await repository.lines_of(tx, cart_id, ctx.locale) if cart_id else []
    inputs = await repository.inputs_of(tx, cart_id) if cart_id and rows else {}
    groups = _groups(rows, today(ctx))
    lines = [line for group in groups for line in group.lines]
    buyable = [wanted(line) for line in lines if line.trouble is None]
    priced = await quote(ctx, tx, buyable, inputs, destination) if buyable else None
    return Cart(
        groups=groups,
        quantity=sum(line.quantity for line in lines),
        quote=priced,
        bill=bill_of(*priced.shops) if priced else None,
        inputs=inputs,
    )


def _groups(rows: Sequence[LineRow], day: date) -> list[CartGroup]:
    return [
        CartGroup(
            shop_id=same[0].shop_id,
            shop_slug=slug,
            shop_name=same[0].shop_name,
            shipping_fee=same[0].shipping_fee,
            free_over=same[0].free_over,
            lines=[_line(row, day) for row in same],
        )
        for slug, found in itertools.groupby(rows, key=lambda row: row.shop_slug)
        if (same := list(found))
    ]


_SAME_FIELDS: Final = tuple(
    name
    for name in CartLine.__struct_fields__
    if name in LineRow.__struct_fields__ and name not in ("price", "seen_price")
)


def _line(row: LineRow, day: date) -> CartLine:
    return CartLine(
        **{name: getattr(row, name) for name in _SAME_FIELDS},
        price=shown(row.price, row, day),
        seen_price=shown(row.seen_price, row, day),
        list_amount=row.price,
        reduced=is_reduced(row.tax_class, day),
    )


def wanted(line: CartLine) -> Wanted:
    return Wanted(
        line_id=str(line.variant_id),
        shop_id=line.shop_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        qty=line.quantity,
        price=line.list_amount,
        tax_class=line.tax_class,
    )


async def add(
    ctx: TenantCtx,
    tx: Tx,
    cart_id: uuid.UUID,
    variant_id: uuid.UUID,
    quantity: int,
    via: Via = Via.UNKNOWN,
) -> CartLine:
    """Raises NotFound, or Conflict when there is not enough; the line then stays as it was."""
    after = await repository.add(tx, cart_id, variant_id, quantity, via)
    if after == 0:
        raise NotFound
    if await repository.count_lines(tx, cart_id) > LINES_MAX:
        raise Conflict(
            N_("A cart holds at most %(n)s different items."),
            code="cart_full",
            domain="shop",
            params={"n": LINES_MAX},
        )
    row = await _find_row(ctx, tx, cart_id, variant_id)
    line = _line(row, today(ctx))
    refusals.check(ctx, line, already=after - quantity)
    await seeing.note(ctx, tx, cart_id, row)
    await looking.carted(ctx, tx, row.product_id, via)
    return line


async def set_quantity(
    ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID, quantity: int
) -> None:
    """Raises NotFound, or Conflict that says how many there are."""
    if await repository.set_quantity(tx, cart_id, variant_id, quantity) != 1:
        raise NotFound
    row = await _find_row(ctx, tx, cart_id, variant_id)
    refusals.check(ctx, _line(row, today(ctx)))
    await seeing.note(ctx, tx, cart_id, row)


async def _find_row(ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID) -> LineRow:
    rows = await repository.lines_of(tx, cart_id, ctx.locale)
    return next(row for row in rows if row.variant_id == variant_id)
