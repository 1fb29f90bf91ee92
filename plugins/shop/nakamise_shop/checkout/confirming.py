"""What would be ordered now: cart, address, quote, ways to pay."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from nakamise.contracts.addresses import Address, addresses_of
from nakamise.contracts.payments import Capture, PaymentMethod, Payments
from nakamise.contracts.pricing import Destination, Quote
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound, Unavailable
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.cart import service as carts
from nakamise_shop.cart.schemas import Cart
from nakamise_shop.checkout.confirmed import Change, changes, confirmed, decode, encode
from nakamise_shop.checkout.schemas import ConfirmView
from nakamise_shop.checkout.terms import shop_terms
from nakamise_shop.domain.bill import bill_of


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """What can be confirmed now: nothing in ``cart`` is in trouble and ``quote`` is not degraded.

    ``purchaser`` is the name at the buyer's own address, the default one: the parcel may go to somebody else.
    """

    cart_id: uuid.UUID
    cart: Cart
    quote: Quote
    address: Address
    purchaser: str
    fingerprint: str
    methods: Sequence[PaymentMethod]


class Undeliverable(Conflict):
    """A shop does not send to the chosen address; the message is in the buyer's language already."""

    default_code = "undeliverable"


class CartChanged(Conflict):
    """Price, stock or address are not what the buyer confirmed; ``found`` says how."""

    default_code = "cart_changed"

    def __init__(self, found: list[Change]) -> None:
        super().__init__(
            N_("Something changed since you confirmed. Please check and confirm again."), domain="shop"
        )
        self.found = found


async def basket(ctx: TenantCtx, tx: Tx, address_id: uuid.UUID) -> Basket:
    """Raises Conflict for an empty cart or a line that cannot be bought, Undeliverable for an address that a shop
    does not send to, Unavailable while prices are not certain, NotFound for an address of somebody else."""
    user_id = ctx.require_user()
    cart_id = await carts.find(tx, carts.key_of(ctx))
    known = await addresses_of(tx, user_id)
    address = _chosen(known, address_id)
    own = known[0]
    cart = await carts.view_of(ctx, tx, cart_id, destination_of(address))
    if cart_id is None or cart.quantity == 0:
        raise Conflict(N_("Your cart is empty."), code="cart_empty", domain="shop")
    _check_open(cart)
    if cart.quote is None or cart.has_trouble:
        raise Conflict(
            N_("Some items in your cart cannot be bought as they are."), code="cart_trouble", domain="shop"
        )
    if cart.quote.degraded:
        raise _uncertain(cart)
    _check_destination(cart.quote)
    return Basket(
        cart_id=cart_id,
        cart=cart,
        quote=cart.quote,
        address=address,
        purchaser=own.name if own.is_default else address.name,
        fingerprint=encode(confirmed(cart, address)),
        methods=ctx.service(Payments).methods(Money(cart.quote.due, cart.quote.currency))
        if cart.quote.due
        else (),
    )


def _chosen(known: Sequence[Address], address_id: uuid.UUID) -> Address:
    """Raises NotFound, also for somebody else's."""
    for address in known:
        if address.id == address_id:
            return address
    raise NotFound


def _check_open(cart: Cart) -> None:
    """Raises Conflict that names the shops which take no orders now."""
    closed = [group.shop_name for group in cart.groups if not all(line.shop_is_open for line in group.lines)]
    if closed:
        message = N_(
            "%(shops)s takes no orders at the moment. Please remove its items from your cart, or come back later."
        )
        raise Conflict(message, code="shop_closed", domain="shop", params={"shops": ", ".join(closed)})


def _uncertain(cart: Cart) -> Unavailable:
    if cart.has_unknown_shipping:
        said = N_("Shipping cannot be worked out at the moment, so orders are closed for a short while. Your cart is kept.")  # fmt: skip
        code = "shipping_unknown"
    else:
        said = N_("Prices cannot be confirmed at the moment, so orders are closed for a short while.")
        code = "pricing_degraded"
    return Unavailable(said, code=code, domain="shop", headers={"Retry-After": "30"})


def destination_of(address: Address) -> Destination:
    return Destination(postal_code=address.postal_code, prefecture=address.prefecture)


def _check_destination(quote: Quote) -> None:
    """Raises Undeliverable with what the shop's carrier says."""
    for part in quote.shops:
        if part.unavailable:
            raise Undeliverable(part.unavailable, domain="shop")


def check_confirmed(now: Basket, fingerprint: str) -> None:
    """Raises CartChanged."""
    if fingerprint == now.fingerprint:
        return
    raise CartChanged(changes_since(now.cart, now.address, fingerprint))


def changes_since(cart: Cart, address: Address, fingerprint: str) -> list[Change]:
    """What differs from what was seen; empty for a text that is not ours."""
    before = decode(fingerprint)
    if before is None:
        return []
    names = {line.variant_id: line.full_name for line in cart.lines}
    return changes(before, confirmed(cart, address), names)


async def confirm_view(ctx: TenantCtx, address_id: uuid.UUID) -> ConfirmView:
    """Raises as ``basket`` does."""
    async with ctx.read() as tx:
        now = await basket(ctx, tx, address_id)
        later = await reserving(ctx, tx, now.methods, [uuid.UUID(one.shop_id) for one in now.quote.shops])
        terms = await shop_terms(ctx, tx, now.cart, [one for one in now.methods if one.provider_id in later])
    return ConfirmView(
        address_id=address_id,
        quote=now.quote,
        bill=bill_of(*now.quote.shops),
        fingerprint=now.fingerprint,
        methods=list(now.methods),
        reserved=later,
        inputs=now.cart.inputs,
        terms=terms,
    )


async def reserving(
    ctx: TenantCtx, tx: Tx, methods: Sequence[PaymentMethod], sellers: Sequence[uuid.UUID]
) -> list[str]:
    """The ways to pay that only reserve the money with the order: the buyer is told when it is charged."""
    payments = ctx.service(Payments)
    ways = [one.provider_id for one in methods]
    return [way for way in ways if await payments.capture_mode(tx, way, sellers) is Capture.MANUAL]
