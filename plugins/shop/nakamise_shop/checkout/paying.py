"""The third step: a purchase's payment, tried as often as needed until its hold ends."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.payment_cards import is_saved
from nakamise.contracts.payments import Payment, PaymentMethod, Payments, PaymentState, SavedMethod
from nakamise.db import Tx
from nakamise.errors import Conflict, Gone, NotFound
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout import idempotency, repository
from nakamise_shop.checkout.schemas import Pay, Purchase, PurchaseState, PurchaseView
from nakamise_shop.domain.bill import bill_of
from nakamise_shop.settings import ShopSettings

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
            bill=bill_of(*await repository.quotes_in(tx, purchase_id)),
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
        raise _hold_ended()
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


def other_ways(ctx: TenantCtx, found: PurchaseView) -> list[PaymentMethod]:
    """What the buyer may pay with instead; nothing while an answer is awaited."""
    if not found.can_pay or (found.payment is not None and found.payment.state is PaymentState.UNKNOWN):
        return []
    due = Money(found.purchase.charge, found.purchase.currency)
    ways = ctx.service(Payments).methods(due)
    return [way for way in ways if way.provider_id != found.purchase.provider_id]


async def change_way(ctx: TenantCtx, purchase_id: uuid.UUID, provider_id: str) -> Payment | None:
    """Another way to pay from now on. What is open, such as a voucher, is given up at its provider first.

    The payment that is in the way: paid meanwhile, or not known yet; None when nothing is. Raises NotFound, also
    for a way that cannot pay this; Gone when the time to pay is over.
    """
    found = await view(ctx, purchase_id)
    if not found.can_pay:
        raise _hold_ended()
    if found.purchase.provider_id == provider_id:
        return None
    if found.payment is not None and found.payment.state is PaymentState.UNKNOWN:
        return found.payment
    if provider_id not in {way.provider_id for way in other_ways(ctx, found)}:
        raise NotFound
    payments = ctx.service(Payments)
    payment = await payments.abandon(purchase_id)
    if payment is not None and payment.state not in (PaymentState.CANCELED, PaymentState.FAILED):
        return payment
    async with ctx.begin() as tx:
        await payments.lock(tx, purchase_id)
        # A voucher's hold ends with the voucher.
        await tx.must_touch_one(
            _hold_ended(),
            "UPDATE shop_purchase SET provider_id = $2, version = version + 1,"
            " expires_at = least(expires_at, now() + $3 * interval '1 minute')"
            " WHERE id = $1 AND state = 'pending'",
            *(purchase_id, provider_id, ctx.settings(ShopSettings).hold_minutes),
        )
    return None


def _hold_ended() -> Gone:
    return Gone(N_("The time to pay is over. Please order again."), code="hold_ended", domain="shop")


async def pay_with_saved(ctx: TenantCtx, purchase_id: uuid.UUID, key: str, saved: SavedMethod) -> Payment:
    """The buyer confirmed the order and this card in one act. Raises as ``pay`` does."""
    return await pay(ctx, purchase_id, f"{key[:90]}-pay", Pay(saved.token, saved.provider_id))


async def saved_card(ctx: TenantCtx, way: str | None) -> SavedMethod | None:
    """Of a ``SavedMethod.token`` the actor's own card that can still be used; None for every other way."""
    if way is None or not is_saved(way):
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
