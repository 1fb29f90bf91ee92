"""Orders as the buyer sees them. Amounts are tax-included, in minor units."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.contracts.pricing import ShopQuote
from nakamise_shop.domain.bill import Bill, bill_of
from nakamise_shop.domain.carriers import Carrier, tracking_url
from nakamise_shop.domain.order_state import LineState, OrderState, OrderStatus, counts
from nakamise_shop.orders.timeline import OrderNote
from nakamise_shop.paging import Paged

# What buyers choose at checkout for the shop itself (``contracts.cart``).
NOTE: Final = "shop.note"
GIFT: Final = "shop.gift"


class PayStatus(enum.StrEnum):
    """What the payment badge says."""

    UNPAID = "unpaid"
    AUTHORIZED = "authorized"
    PAID = "paid"
    DISPUTED = "disputed"
    EXPIRED = "expired"
    VOIDED = "voided"
    REFUNDING = "refunding"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` None = all; ``page`` counts from 1."""

    status: OrderStatus | None = None
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order in a list, with its first line's name and picture."""

    id: uuid.UUID
    number: str
    placed_at: datetime
    state: OrderState
    status: OrderStatus
    paid_at: datetime | None
    shop_name: str
    total: int
    first_name: str
    picture: str | None
    line_count: int
    piece_count: int
    authorized_until: datetime | None
    refunded: int
    refund_waits: bool
    uncharged: bool

    @property
    def pay_status(self) -> PayStatus:
        return pay_status(
            self.state,
            self.paid_at,
            self.authorized_until,
            self.refunded,
            waits=self.refund_waits,
            uncharged=self.uncharged,
        )


class OrderPage(Paged, frozen=True, kw_only=True):
    """``counts`` of all statuses are for the tabs."""

    items: list[OrderRow]
    counts: dict[str, int]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    line_no: int
    product_id: uuid.UUID
    product_slug: str | None
    variant_id: uuid.UUID
    sku: str
    name: str
    variant_name: str
    picture: str | None
    qty: int
    list: int
    unit: int
    sub: int
    discount: int
    net: int
    tax_bp: int
    reduced: bool
    refunded_qty: int
    fulfil_state: LineState
    shipment_id: uuid.UUID | None

    @property
    def counts(self) -> bool:
        """Whether it was sent, or has units that are still to be sent."""
        return counts(self.fulfil_state, self.qty - self.refunded_qty)


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    carrier: Carrier
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None

    @property
    def url(self) -> str | None:
        """The carrier's page for the parcel; None for a carrier that we do not know."""
        return tracking_url(self.carrier, self.tracking_number)


class ShopSnapshot(msgspec.Struct, frozen=True):
    """The shop as it was when the order was placed."""

    name: str
    slug: str
    seller: str
    invoice_number: str | None


class ShipTo(msgspec.Struct, frozen=True, kw_only=True):
    """The address as it was when the order was placed."""

    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    postal_code: str
    prefecture: str
    city: str
    line1: str
    line2: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.family_name} {self.given_name}"

    @property
    def place(self) -> str:
        return f"{self.prefecture}{self.city}{self.line1} {self.line2}".strip()


class OrderHead(msgspec.Struct, frozen=True, kw_only=True):
    """What events and hooks need of an order."""

    id: uuid.UUID
    purchase_id: uuid.UUID
    shop_id: uuid.UUID
    number: str
    buyer_id: uuid.UUID
    currency: str
    total: int


class OrderHeader(OrderHead, frozen=True, kw_only=True):
    """A row of shop_order with its snapshots."""

    state: OrderState
    goods: int
    shipping: int
    points: int
    charge: int
    tax: int
    quote: ShopQuote
    shop: ShopSnapshot
    address: ShipTo
    placed_at: datetime
    paid_at: datetime | None
    email: str
    locale: str
    expires_at: datetime
    buyer_name: str
    note: str
    inputs: dict[str, str]
    authorized_until: datetime | None
    refunded_cash: int
    refunded_points: int
    refund_waits: bool
    untaken: int = 0

    @property
    def is_gift(self) -> bool:
        """The slip in the parcel shows no prices."""
        return bool(self.inputs.get(GIFT))

    @property
    def bill(self) -> Bill:
        return bill_of(self.quote)

    @property
    def given_back(self) -> int:
        """What went back or is going back, in cash and points: all of an order that was paid and is undone, but what
        was not charged."""
        if self.state is OrderState.REFUNDED or (self.state is OrderState.CANCELLED and self.paid_at):
            return self.total - self.untaken
        if self.paid_at is None:
            return 0
        return self.refunded_cash + self.refunded_points - self.untaken

    @property
    def pay_status(self) -> PayStatus:
        refunded = self.refunded_cash + self.refunded_points
        return pay_status(
            self.state,
            self.paid_at,
            self.authorized_until,
            refunded,
            waits=self.refund_waits,
            uncharged=0 < self.charge == self.untaken,
        )


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order with everything that its page shows."""

    header: OrderHeader
    status: OrderStatus
    pay_status: PayStatus
    lines: list[Line]
    shipments: list[Shipment]
    timeline: list[OrderNote]
    bill: Bill
    may_cancel: bool
    with_others: list[str]

    def lines_of(self, shipment: Shipment) -> list[Line]:
        return [line for line in self.lines if line.shipment_id == shipment.id]


class Cancelled(msgspec.Struct, frozen=True):
    """``numbers`` were cancelled; ``refund`` is what goes back to the buyer: nothing of what was reserved only."""

    numbers: list[str]
    refund: int


def pay_status(
    state: OrderState,
    paid_at: datetime | None,
    authorized_until: datetime | None = None,
    refunded: int = 0,
    *,
    waits: bool = False,
    uncharged: bool = False,
) -> PayStatus:
    """A cancelled order that was paid is being refunded until the provider confirms it, and so is one of which a
    refund ``waits`` for staff to pay it; ``uncharged``: nothing of its charge was ever taken. Money of an open order that
    is reserved until ``authorized_until`` is not taken yet; a closed order of which something was ``refunded`` still
    says so."""
    if waits:
        return PayStatus.REFUNDING
    if uncharged and state in (OrderState.CANCELLED, OrderState.REFUNDED):
        return PayStatus.VOIDED
    if state is OrderState.PAID and authorized_until is not None:
        return PayStatus.AUTHORIZED
    if state is OrderState.CANCELLED:
        return PayStatus.VOIDED if paid_at is None else PayStatus.REFUNDING
    if state is OrderState.CLOSED and refunded:
        return PayStatus.PART_REFUNDED
    return _PAY_STATUS[state]


_PAY_STATUS = {
    OrderState.PENDING: PayStatus.UNPAID,
    OrderState.PAID: PayStatus.PAID,
    OrderState.CLOSED: PayStatus.PAID,
    OrderState.DISPUTED: PayStatus.DISPUTED,
    OrderState.EXPIRED: PayStatus.EXPIRED,
    OrderState.PART_REFUNDED: PayStatus.PART_REFUNDED,
    OrderState.REFUNDED: PayStatus.REFUNDED,
}
