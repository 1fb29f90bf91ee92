"""What checkout takes and answers. Amounts are tax-included, in minor units."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.payments import Payment, PaymentMethod
from nakamise.contracts.pricing import Quote
from nakamise_shop.checkout.confirmed import Change
from nakamise_shop.domain.bill import Bill


class PurchaseState(enum.StrEnum):
    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class PlaceOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``fingerprint`` is what the confirmation showed: another price or stock places nothing."""

    address_id: uuid.UUID
    fingerprint: Annotated[str, Meta(min_length=1, max_length=60_000)]
    provider_id: str | None = None


class PlacedOrder(msgspec.Struct, frozen=True):
    id: uuid.UUID
    number: str
    total: int


class Placed(msgspec.Struct, frozen=True):
    """A purchase and the orders in it, one per shop; ``due`` 0 is paid at once."""

    purchase_id: uuid.UUID
    total: int
    due: int
    expires_at: datetime
    orders: list[PlacedOrder]


# A card's number is no token: it is refused where it comes in, before anything is made of it.
Token = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^(?!(?:[\s-]*[0-9]){12,19}[\s-]*$)")]


class Pay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``token`` stands for a card at the provider, or is that of a saved card; ``save`` keeps a new one."""

    token: Token
    provider_id: str | None = None
    save: bool = False


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """A row of shop_purchase, without its snapshots."""

    id: uuid.UUID
    buyer_id: uuid.UUID
    state: PurchaseState
    currency: str
    total: int
    charge: int
    provider_id: str
    email: str
    locale: str
    expires_at: datetime
    placed_at: datetime
    paid_at: datetime | None


class PurchaseView(msgspec.Struct, frozen=True, kw_only=True):
    """``payment`` is the latest try; ``can_pay``: unpaid, and the hold has not ended."""

    purchase: Purchase
    orders: list[PlacedOrder]
    bill: Bill
    payment: Payment | None
    can_pay: bool


class Term(msgspec.Struct, frozen=True):
    """``name`` is the same in every language; ``label`` and ``text`` are for reading, ``text`` may have several
    lines."""

    name: str
    label: str
    text: str


class ShopTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What the law wants a buyer to read before ordering from this shop; ``notice_path`` is its whole legal notice."""

    shop_id: uuid.UUID
    shop_name: str
    notice_path: str
    terms: list[Term]


class ConfirmView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the confirmation shows; ``fingerprint`` goes back with the order. ``reserved`` names
    the ways to pay (``provider_id``) that only reserve the money with the order: it is charged by the time the parcel
    leaves. ``inputs`` is what the buyer chose for plugins. ``terms``: what the law wants a buyer to read here of each
    shop, before the order is made; an app shows it whole."""

    address_id: uuid.UUID
    quote: Quote
    bill: Bill
    fingerprint: str
    methods: list[PaymentMethod]
    reserved: list[str] = []
    changes: list[Change] = []
    inputs: dict[str, str] = {}
    terms: list[ShopTerms] = []
