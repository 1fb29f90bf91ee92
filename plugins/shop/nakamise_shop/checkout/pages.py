"""Checkout's pages: address, confirmation, payment, thanks. Each step works without scripts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.addresses import Address, addresses_of
from nakamise.contracts.payments import Payment, PaymentMethod, Payments, PaymentState, SavedMethod
from nakamise.contracts.ui import CartSubject, CheckoutSubject, PurchaseSubject
from nakamise.db import Tx
from nakamise.errors import Conflict, Gone, NotFound
from nakamise.ids import new_token
from nakamise.plugin import Ctx, Slot, TenantCtx, bounded, signed_in
from nakamise.web import gettext_for, page, read_form, see_other, with_origins
from nakamise_shop.cart import service as carts
from nakamise_shop.checkout import bank_account, paying
from nakamise_shop.checkout.confirmed import Change
from nakamise_shop.checkout.confirming import (
    Basket,
    CartChanged,
    Undeliverable,
    basket,
    changes_since,
    destination_of,
    reserving,
)
from nakamise_shop.checkout.line import LineWait
from nakamise_shop.checkout.payable import why_not
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.repository import shops_of
from nakamise_shop.checkout.schemas import Pay, PlaceOrder, PurchaseState, PurchaseView, ShopTerms, Token
from nakamise_shop.checkout.stores import STORES
from nakamise_shop.checkout.terms import IN_LINES, shop_terms
from nakamise_shop.checkout.words import change_text
from nakamise_shop.orders.bills import teller
from nakamise_shop.orders.service import cancel_words
from nakamise_shop.saying import say

AnyRequest = Request[Any, Any, Any]
ADDRESS: Final = "/shop/checkout/address"
CONFIRM: Final = "/shop/checkout/confirm"
CART: Final = "/shop/cart"
BRANDS: Final[Mapping[str, str]] = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "jcb": "JCB",
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
}
MaybeId = Annotated[uuid.UUID | None, QueryParameter(required=False)]


class AddressForm(msgspec.Struct, frozen=True):
    address: uuid.UUID


class ConfirmForm(msgspec.Struct, frozen=True):
    """``key`` makes a double click one order."""

    address: uuid.UUID
    fingerprint: Annotated[str, Meta(min_length=1, max_length=60_000)]
    key: Annotated[str, Meta(min_length=8, max_length=100)]
    provider: str | None = None


class PayForm(msgspec.Struct, frozen=True):
    """``save``: the payment company keeps the new card for the next time."""

    token: Token
    key: Annotated[str, Meta(min_length=8, max_length=100)]
    save: bool = False


# --- 1 address -------------------------------------------------------------------------------------


@get("/checkout/address", opt=signed_in(), include_in_schema=False)
async def choose_address(
    ctx: Ctx, address: MaybeId = None, added: FromQuery[bool] = False
) -> Response[bytes]:
    """``added``: the buyer comes back from writing a new one, which is chosen then."""
    key = carts.key_of(ctx)
    async with ctx.begin() as tx:
        await carts.adopt(tx, key)
        addresses = await addresses_of(tx, ctx.require_user())
        chosen = _chosen(addresses, address, added=added)
        places = {one.id: destination_of(one) for one in addresses}
        cart = await carts.view(ctx, tx, key, places[chosen] if chosen else None)
    if not cart.can_check_out:
        return see_other(ctx, CART)
    return await page(
        ctx,
        "shop/checkout_address.html",
        cart=cart,
        told=teller(ctx.locale),
        addresses=addresses,
        chosen=chosen,
        verified=ctx.actor.email_verified,
    )


def _chosen(addresses: list[Address], wanted: uuid.UUID | None, *, added: bool) -> uuid.UUID | None:
    """The one asked for, the one written last, or the default."""
    ids = [address.id for address in addresses]
    if added and ids:
        return max(ids)
    if wanted in ids:
        return wanted
    return ids[0] if ids else None


@get("/checkout/now", opt=signed_in(), include_in_schema=False)
async def straight(ctx: Ctx) -> Response[bytes]:
    """Whose address is known goes straight to the confirmation."""
    key = carts.key_of(ctx)
    async with ctx.begin() as tx:
        await carts.adopt(tx, key)
        addresses = await addresses_of(tx, ctx.require_user())
    return see_other(ctx, f"{CONFIRM}?address={addresses[0].id}" if addresses else ADDRESS)


@post("/checkout/address", opt=signed_in(), include_in_schema=False)
async def take_address(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, AddressForm)
    if form.value is None:
        return see_other(ctx, ADDRESS)
    return see_other(ctx, f"{CONFIRM}?address={form.value.address}")


# --- 2 confirmation ---------------------------------------------------------------------------------


@get("/checkout/confirm", opt=signed_in(), include_in_schema=False)
async def confirm(ctx: Ctx, address: MaybeId = None) -> Response[bytes]:
    """Without an address, or without a confirmed e-mail address, back to step 1."""
    if address is None or not ctx.actor.email_verified:
        return see_other(ctx, ADDRESS)
    try:
        return await _confirmation(ctx, address)
    except NotFound:
        return see_other(ctx, ADDRESS)
    except Undeliverable as trouble:
        return see_other(ctx, f"{ADDRESS}?address={address}", flash=say(ctx, trouble), kind="danger")
    except Conflict as trouble:
        return _to_cart(ctx, trouble)


@post("/checkout/confirm", opt=bounded(signed_in()), include_in_schema=False)
async def order(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """The order is made here and nowhere else."""
    form = (await read_form(request, ConfirmForm)).valid()
    saved = await paying.saved_card(ctx, form.provider)
    wanted = PlaceOrder(form.address, form.fingerprint, saved.provider_id if saved else form.provider)
    try:
        placed = await place(ctx, form.key, wanted)
    except CartChanged:
        return await _confirmation(ctx, form.address, seen=form.fingerprint, status=409)
    except LineWait as full:
        return await _again(ctx, form, full)
    except Undeliverable as trouble:
        return see_other(ctx, f"{ADDRESS}?address={form.address}", flash=say(ctx, trouble), kind="danger")
    except NotFound:
        return see_other(ctx, ADDRESS)
    except Conflict as trouble:
        return _to_cart(ctx, trouble)
    if placed.due and saved:
        return await _pay_at_once(ctx, placed.purchase_id, form.key, saved)
    step = "pay" if placed.due else "done"
    return see_other(ctx, f"/shop/checkout/{step}/{placed.purchase_id}")


async def _again(ctx: TenantCtx, form: ConfirmForm, full: LineWait) -> Response[bytes]:
    """The same form once more, with its key: nothing is ordered twice."""
    answer = await page(ctx, "shop/checkout_wait.html", status=503, text=say(ctx, full), form=form)
    answer.headers.update(full.headers)
    return answer


async def _pay_at_once(
    ctx: TenantCtx, purchase_id: uuid.UUID, key: str, saved: SavedMethod
) -> Response[bytes]:
    """The confirmation named the card: no further page, unless the bank or the card wants one."""
    try:
        payment = await paying.pay_with_saved(ctx, purchase_id, key, saved)
    except (Conflict, Gone, NotFound):
        return see_other(ctx, f"/shop/checkout/pay/{purchase_id}")
    return _after(ctx, payment)


async def _confirmation(
    ctx: TenantCtx, address_id: uuid.UUID, *, seen: str | None = None, status: int = 200
) -> Response[bytes]:
    async with ctx.read() as tx:
        now = await basket(ctx, tx, address_id)
        cards = await _cards(ctx, tx, now.methods)
        later = await reserving(ctx, tx, now.methods, [group.shop_id for group in now.cart.groups])
        terms = await shop_terms(ctx, tx, now.cart, [one for one in now.methods if one.provider_id in later])
    found = changes_since(now.cart, now.address, seen) if seen else []
    return await page(
        ctx,
        "shop/checkout_confirm.html",
        status=status,
        slots={Slot.CHECKOUT_SUMMARY: _subject(ctx, now), Slot.CHECKOUT_SECTION: _section(ctx, now)},
        now=now,
        cards=cards,
        reserved=later,
        cart=now.cart,
        terms={str(one.shop_id): _beside_lines(one) for one in terms},
        cancel_words=cancel_words(ctx),
        changed=seen is not None,
        changes=[_said(ctx, change) for change in found],
        key=new_token(),
        told=teller(ctx.locale),
        unpayable="" if now.methods else say(ctx, why_not(ctx, now.quote.due)),
    )


def _beside_lines(one: ShopTerms) -> list[tuple[str, str]]:
    """Quantity and price stand in the lines and below them."""
    return [(term.label, term.text) for term in one.terms if term.name not in IN_LINES]


def _subject(ctx: TenantCtx, now: Basket) -> CartSubject:
    return CartSubject(
        quantity=now.cart.quantity,
        goods=now.quote.goods,
        total=now.quote.total,
        currency=ctx.tenant.currency,
        quote=now.quote,
    )


def _section(ctx: TenantCtx, now: Basket) -> CheckoutSubject:
    return CheckoutSubject(
        shops=tuple((group.shop_id, group.shop_name) for group in now.cart.groups),
        address_id=now.address.id,
        inputs=now.cart.inputs,
        goods=now.quote.goods,
        total=now.quote.total,
        currency=ctx.tenant.currency,
        back=f"{CONFIRM}?address={now.address.id}",
    )


def _said(ctx: TenantCtx, change: Change) -> str:
    return change_text(gettext_for(ctx.locale, "shop"), change)


def _to_cart(ctx: TenantCtx, trouble: Conflict) -> Response[bytes]:
    return see_other(ctx, CART, flash=say(ctx, trouble), kind="danger")


# --- 3 payment --------------------------------------------------------------------------------------


@get("/checkout/pay/{purchase_id:uuid}", opt=signed_in(), include_in_schema=False)
async def show_payment(ctx: Ctx, purchase_id: FromPath[uuid.UUID]) -> Response[bytes]:
    found = await paying.view(ctx, purchase_id)
    if found.purchase.state is PurchaseState.PAID:
        return see_other(ctx, f"/shop/checkout/done/{purchase_id}")
    return await _payment(ctx, found)


async def _payment(ctx: TenantCtx, found: PurchaseView, *, status: int = 200) -> Response[bytes]:
    method = _method(ctx, found)
    voucher = found.payment.instructions if _waits(found) and found.payment else None
    async with ctx.read() as tx:
        cards = await _cards(ctx, tx, [method] if method else [])
        sellers = await shops_of(tx, found.purchase.id)
        later = await reserving(ctx, tx, [method] if method else [], sellers)
    answer = await page(
        ctx,
        "shop/checkout_pay.html",
        status=status,
        found=found,
        method=method,
        cards=cards,
        reserved=bool(later),
        waiting=found.payment is not None and found.payment.state is PaymentState.UNKNOWN,
        at_bank=_waits(found) and found.payment is not None and found.payment.instructions is None,
        voucher=voucher,
        account=bank_account.lines(voucher.account if voucher else None, ctx.locale),
        key=new_token(),
        stores=STORES,
        brands=BRANDS,
        others=paying.other_ways(ctx, found),
    )
    return with_origins(ctx, answer, method.origins if method else ())


async def _cards(ctx: TenantCtx, tx: Tx, methods: Sequence[PaymentMethod]) -> list[SavedMethod]:
    """The buyer's cards that can be used with one of ``methods``."""
    ways = {method.provider_id for method in methods}
    found = await ctx.service(Payments).saved(tx)
    return [card for card in found if card.provider_id in ways and not card.is_expired]


def _waits(found: PurchaseView) -> bool:
    """For the buyer: at the bank's page, or at a till."""
    return found.payment is not None and found.payment.state is PaymentState.REQUIRES_ACTION


def _method(ctx: TenantCtx, found: PurchaseView) -> PaymentMethod | None:
    methods = ctx.service(Payments).methods()
    return next((one for one in methods if one.provider_id == found.purchase.provider_id), None)


@post("/checkout/pay/{purchase_id:uuid}", opt=signed_in(), include_in_schema=False)
async def pay(request: AnyRequest, ctx: Ctx, purchase_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, PayForm)).valid()
    try:
        payment = await paying.pay(ctx, purchase_id, form.key, Pay(form.token, save=form.save))
    except (Conflict, Gone, NotFound):
        return see_other(ctx, f"/shop/checkout/pay/{purchase_id}")
    return _after(ctx, payment)


@get("/checkout/return/{payment_id:uuid}", opt=signed_in(), include_in_schema=False)
async def come_back(ctx: Ctx, payment_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """From the bank's page, or to look again."""
    return _after(ctx, await paying.returned(ctx, payment_id))


def _after(ctx: TenantCtx, payment: Payment) -> Response[bytes]:
    if payment.is_paid:
        return see_other(ctx, f"/shop/checkout/done/{payment.subject}")
    if (
        payment.state is PaymentState.REQUIRES_ACTION
        and _is_ours(payment.action_url)
        and not _came_from_bank(ctx)
    ):
        return see_other(ctx, payment.action_url or "")
    return see_other(ctx, f"/shop/checkout/pay/{payment.subject}")


def _is_ours(url: str | None) -> bool:
    """A form may not lead to other sites, not even by a redirect (CSP form-action): there the buyer follows a link."""
    return url is not None and url.startswith("/")


def _came_from_bank(ctx: TenantCtx) -> bool:
    """Sending a buyer who left the bank's page back there would be a circle."""
    return "/checkout/return/" in ctx.http.path


@get("/checkout/done/{purchase_id:uuid}", opt=signed_in(), include_in_schema=False)
async def done(ctx: Ctx, purchase_id: FromPath[uuid.UUID]) -> Response[bytes]:
    found = await paying.view(ctx, purchase_id)
    if found.purchase.state is PurchaseState.PENDING:
        return see_other(ctx, f"/shop/checkout/pay/{purchase_id}")
    subject = PurchaseSubject(
        purchase_id=purchase_id,
        order_numbers=tuple(one.number for one in found.orders),
        total=found.purchase.charge,
        currency=ctx.tenant.currency,
    )
    return await page(
        ctx,
        "shop/checkout_done.html",
        slots={Slot.CHECKOUT_DONE: subject},
        found=found,
        reserved=_is_reserved(found),
    )


def _is_reserved(found: PurchaseView) -> bool:
    return found.payment is not None and found.payment.state is PaymentState.AUTHORIZED


route_handlers: Final[list[ControllerRouterHandler]] = [
    choose_address,
    straight,
    take_address,
    confirm,
    order,
    show_payment,
    pay,
    come_back,
    done,
]
