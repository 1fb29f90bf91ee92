"""Placing a purchase: one transaction in which everything happens or nothing.

Order of writes: idempotency row, counters, orders and lines, what plugins take, cart, payment, events, and the
stock last, because its rows are the hottest.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from nakamise.contracts.checkout import OrderDraft, OrderRef
from nakamise.contracts.payments import Payments
from nakamise.contracts.pricing import Quote
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, Unavailable
from nakamise.ids import uuid7
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.cart.repository import forget_inputs
from nakamise_shop.checkout import drafting, idempotency, repository, stock
from nakamise_shop.checkout.confirming import Basket, basket, check_confirmed
from nakamise_shop.checkout.numbers import numbers_for
from nakamise_shop.checkout.repository import NewOrder
from nakamise_shop.checkout.schemas import Placed, PlacedOrder, PlaceOrder
from nakamise_shop.checkout.settle import mark_paid
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders.timeline import Happened
from nakamise_shop.settings import ShopSettings

ACT = "place"


async def place(ctx: TenantCtx, key: str, wanted: PlaceOrder) -> Placed:
    """The same ``key`` gives the same purchase.

    Raises Forbidden for an unconfirmed e-mail address, CartChanged, SoldOut, Conflict, Unavailable, KeyUsed;
    after any of them nothing has happened.
    """
    user_id = ctx.require_verified()
    async with ctx.begin() as tx:
        fingerprint = idempotency.fingerprint_of(ACT, wanted)
        known = await idempotency.claim(tx, user_id, key, fingerprint)
        if known is not None:
            return msgspec.convert(known, Placed)
        now = await basket(ctx, tx, wanted.address_id)
        check_confirmed(now, wanted.fingerprint)
        return await _place(ctx, tx, key, now, _provider_of(now, wanted))


async def _place(ctx: TenantCtx, tx: Tx, key: str, now: Basket, provider_id: str) -> Placed:
    user_id = ctx.require_user()
    quote = now.quote
    orders = await _draft(ctx, tx, now, quote)
    draft = _as_draft(orders, now)
    await _ask_plugins(ctx, tx, draft)
    expires_at = await _write(ctx, tx, key, now, orders, provider_id)
    await ctx.lineup.call("checkout_commit", ctx=ctx, tx=tx, order=draft)
    if quote.due:
        money = Money(quote.due, quote.currency)
        await ctx.service(Payments).open(tx, draft.purchase_id, money, provider_id)
    else:
        await mark_paid(ctx, tx, draft.purchase_id)
    placed = Placed(
        purchase_id=draft.purchase_id,
        total=quote.total,
        due=quote.due,
        expires_at=expires_at,
        orders=[PlacedOrder(order.id, order.number, order.total) for order in orders],
    )
    await idempotency.finish(tx, user_id, key, 201, placed)
    await stock.reserve(tx, _wants(now))
    return placed


def _provider_of(now: Basket, wanted: PlaceOrder) -> str:
    """The chosen way to pay, or the first; "" when there is nothing to pay."""
    if now.quote.due == 0:
        return ""
    if not now.methods:
        raise Unavailable(
            N_("No way to pay is ready at the moment."), code="no_payment_method", domain="shop"
        )
    ids = [method.provider_id for method in now.methods]
    if wanted.provider_id is None:
        return ids[0]
    if wanted.provider_id not in ids:
        raise Invalid({"provider_id": FieldError(N_("This way to pay is not available."), domain="shop")})
    return wanted.provider_id


async def _draft(ctx: TenantCtx, tx: Tx, now: Basket, quote: Quote) -> list[NewOrder]:
    ids = [uuid.UUID(part.shop_id) for part in quote.shops]
    shops = await repository.selling_shops(tx, ids, ctx.locale)
    numbers = await numbers_for(ctx, tx, shops, quote.priced_at)
    return drafting.new_orders(
        uuid7(), ctx.require_user(), quote, now.address, {shop.id: shop for shop in shops}, numbers
    )


def _as_draft(orders: list[NewOrder], now: Basket) -> OrderDraft:
    return OrderDraft(
        purchase_id=orders[0].purchase_id,
        orders=tuple(OrderRef(order.id, order.purchase_id, order.number) for order in orders),
        buyer_id=orders[0].buyer_id,
        currency=now.quote.currency,
        quote=now.quote,
        inputs=now.cart.inputs,
        address=drafting.snapshot_of(now.address),
    )


async def _ask_plugins(ctx: TenantCtx, tx: Tx, draft: OrderDraft) -> None:
    answers = await ctx.lineup.call("checkout_check", ctx=ctx, tx=tx, order=draft)
    for plugin_id, refusals in answers.results:
        for refusal in refusals:
            raise Conflict(refusal.message, code=refusal.code, domain=plugin_id)


async def _write(
    ctx: TenantCtx, tx: Tx, key: str, now: Basket, orders: list[NewOrder], provider_id: str
) -> datetime:
    quote = now.quote
    expires_at = await repository.insert_purchase(
        tx,
        orders[0].purchase_id,
        (orders[0].buyer_id, ctx.actor.email, ctx.locale),
        key,
        quote,
        drafting.snapshot_of(now.address),
        provider_id,
        ctx.settings(ShopSettings).hold_minutes,
        now.cart.inputs,
    )
    await repository.insert_orders(tx, orders)
    by_line = {str(line.variant_id): line for line in now.cart.lines}
    await repository.insert_lines(tx, drafting.new_lines(orders, quote, by_line))
    await repository.remove_from_cart(tx, now.cart_id, [line.variant_id for line in now.cart.lines])
    await forget_inputs(tx, now.cart_id)
    await timeline.note(ctx, tx, [order.id for order in orders], Happened.PLACED)
    await announce.placed(ctx, tx, orders)
    return expires_at


def _wants(now: Basket) -> list[Wants]:
    return [Wants(line.variant_id, line.quantity, line.full_name) for line in now.cart.lines]
