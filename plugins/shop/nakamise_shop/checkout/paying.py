"""The third step: a purchase's payment, tried as often as needed until its hold ends."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.payments import Payment, Payments, PaymentState, SavedMethod
from nakamise.db import Tx
from nakamise.errors import Conflict, Gone, NotFound
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout import idempotency, repository
from nakamise_shop.checkout.schemas import Pay, Purchase, PurchaseState, PurchaseView

ACT: Final = "pay"
CHANGED: Final = "another way to pay"


class _Try(msgspec.Struct, frozen=True):
    """What is kept under the Idempotency-Key: the payment that the key stands for."""

    payment_id: uuid.UUID


async def own_purchase(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> Purchase:
    """The actor's purchase. Raises NotFound for anybody else's."""
    purchase = await repository.find_purchase(tx, purchase_id)
    if purchase is None or purchase.buyer_id != ctx.require_user():
        raise NotFound
    return purchase


async def view(ctx: TenantCtx, purchase_id: uuid.UUID) -> PurchaseView:
    """Raises NotFound."""
    async with ctx.read() as tx:
        purchase = await own_purchase(ctx, tx, purchase_id)
        payments = await ctx.service(Payments).of_subject(tx, purchase_id)
        return PurchaseView(
            purchase=purchase,
            orders=await repository.orders_in(tx, purchase_id),
            payment=payments[-1] if payments else None,
            can_pay=await repository.is_payable(tx, purchase_id),
        )


async def pay(ctx: TenantCtx, purchase_id: uuid.UUID, key: str, how: Pay) -> Payment:
    """Try to pay; the same ``key`` is the same try. Raises NotFound, Gone, Conflict, KeyUsed.

    The answer may be "declined" (try again with a new key), "action needed" or "unknown yet".
    """
    payments = ctx.service(Payments)
    async with ctx.begin() as tx:
        purchase = await own_purchase(ctx, tx, purchase_id)
        fingerprint = idempotency.fingerprint_of(f"{ACT} {purchase_id}", how)
        known = await idempotency.claim(tx, purchase.buyer_id, key, fingerprint)
        if known is not None:
            attempt = msgspec.convert(known, _Try)
        else:
            attempt = _Try(await _open(ctx, tx, purchase_id, how))
            await idempotency.finish(tx, purchase.buyer_id, key, 200, attempt)
        orders = await repository.orders_in(tx, purchase_id)
    description = ", ".join(order.number for order in orders)
    return_url = f"/shop/checkout/return/{attempt.payment_id}"
    return await payments.submit(attempt.payment_id, how.token, description, return_url, save=how.save)


async def _open(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID, how: Pay) -> uuid.UUID:
    payments = ctx.service(Payments)
    tries = await payments.lock(tx, purchase_id)
    purchase = await repository.lock_purchase(tx, purchase_id)
    if purchase is None:
        raise NotFound
    if purchase.state is PurchaseState.PAID:
        raise Conflict(N_("This order is paid already."), code="already_paid", domain="shop")
    if not await repository.is_payable(tx, purchase_id):
        raise Gone(N_("The time to pay is over. Please order again."), code="hold_ended", domain="shop")
    provider_id = how.provider_id or purchase.provider_id
    latest = tries[-1] if tries else None
    if latest is not None and latest.state is PaymentState.PENDING:
        if latest.provider_id == provider_id:
            return latest.id
        await payments.give_back(tx, purchase_id, 0, CHANGED)
    sellers = await repository.shops_of(tx, purchase_id)
    due = Money(purchase.charge, purchase.currency)
    opened = await payments.open(tx, purchase_id, due, provider_id, sellers)
    return opened.id


async def pay_with_saved(ctx: TenantCtx, purchase_id: uuid.UUID, key: str, saved: SavedMethod) -> Payment:
    """The buyer confirmed the order and this card in one act. Raises as ``pay`` does."""
    return await pay(ctx, purchase_id, f"{key[:90]}-pay", Pay(saved.token, saved.provider_id))


async def saved_card(ctx: TenantCtx, way: str | None) -> SavedMethod | None:
    """Of ``saved:<id>`` the actor's own card that can still be used; None for every other way."""
    if way is None or not way.startswith("saved:"):
        return None
    async with ctx.read() as tx:
        cards = await ctx.service(Payments).saved(tx)
    return next((card for card in cards if card.token == way and not card.is_expired), None)


async def returned(ctx: TenantCtx, payment_id: uuid.UUID) -> Payment:
    """The buyer came back from the bank's page. Raises NotFound for anybody else's payment."""
    payment = await ctx.service(Payments).refresh(payment_id)
    async with ctx.read() as tx:
        await own_purchase(ctx, tx, payment.subject)
    return payment
