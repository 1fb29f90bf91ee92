"""Orders: what happened to them, and what other plugins may ask and do. Amounts are tax-included, in minor units of ``currency``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar, Protocol

import msgspec

from nakamise.contracts.pricing import ShopQuote
from nakamise.db import Tx
from nakamise.plugin.events import Event


class OrderEvent(Event, frozen=True, kw_only=True):
    """What all events of orders have; those of one order come in order."""

    order_id: uuid.UUID
    purchase_id: uuid.UUID
    shop_id: uuid.UUID
    number: str
    buyer_id: uuid.UUID
    currency: str
    total: int

    def order_key(self) -> str:
        return str(self.order_id)


class OrderPlaced(OrderEvent, frozen=True, kw_only=True):
    """Confirmed by the buyer, stock reserved, not yet paid."""

    topic: ClassVar[str] = "shop.order_placed.1"


class OrderPaid(OrderEvent, frozen=True, kw_only=True):
    """The money is there: the order is to be fulfilled."""

    topic: ClassVar[str] = "shop.order_paid.1"


class OrderCancelled(OrderEvent, frozen=True, kw_only=True):
    """``reason``: buyer, staff, expired."""

    topic: ClassVar[str] = "shop.order_cancelled.1"
    reason: str


class OrderShipped(OrderEvent, frozen=True, kw_only=True):
    """One parcel left; ``line_numbers`` are in it."""

    topic: ClassVar[str] = "shop.order_shipped.1"
    shipment_id: uuid.UUID
    carrier: str
    tracking_number: str
    line_numbers: tuple[int, ...]


class OrderDelivered(OrderEvent, frozen=True, kw_only=True):
    """One parcel arrived."""

    topic: ClassVar[str] = "shop.order_delivered.1"
    shipment_id: uuid.UUID


class OrderRefunded(OrderEvent, frozen=True, kw_only=True):
    """Part of a paid order, or the rest of it, goes back: decided, not yet on the buyer's account.

    ``cash`` goes back the way it was paid; ``tender`` by the plugins that took it. ``by_bank``: the buyer's bank has
    taken ``cash`` after a dispute, and nobody sends it. ``untaken`` of ``cash`` was never taken, and is not sent.
    """

    topic: ClassVar[str] = "shop.order_refunded.1"
    refund_id: uuid.UUID
    cash: int
    tender: int
    is_last: bool
    reason: str
    by_bank: bool = False
    untaken: int = 0


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was bought; ``fulfil_state`` is unfulfilled, processing, shipped, delivered or returned.

    Units in ``refunded_qty`` of a line that was not sent never leave; a sent line of which every unit was refunded is
    returned.
    """

    line_no: int
    product_id: uuid.UUID
    variant_id: uuid.UUID
    sku: str
    name: str
    variant_name: str
    qty: int
    list: int
    unit: int
    sub: int
    discount: int
    net: int
    points_part: int
    cash: int
    tax_bp: int
    reduced: bool
    refunded_qty: int
    fulfil_state: str
    shipment_id: uuid.UUID | None


class OrderShipment(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel."""

    id: uuid.UUID
    carrier: str
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None


class OrderRefund(msgspec.Struct, frozen=True, kw_only=True):
    """What was given back of an order; ``lines`` are (line number, units, what they had cost in all).

    cash + tender + deduction = the sum of ``lines`` + shipping. ``postage`` is a part of ``deduction``. Both are below
    zero where the buyer's bank took what had been kept back of an earlier refund. ``untaken``: what of ``cash`` does not
    come to the buyer, for it was never taken of them.
    """

    id: uuid.UUID
    at: datetime
    lines: tuple[tuple[int, int, int], ...]
    shipping: int
    cash: int
    tender: int
    reason: str
    deduction: int = 0
    postage: int = 0
    untaken: int = 0


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order with everything that it froze. ``shop`` and ``address`` are the snapshots of the moment of sale.
    ``untaken``: what of ``charge`` goes back without coming to the buyer, for it was never taken of them."""

    id: uuid.UUID
    purchase_id: uuid.UUID
    shop_id: uuid.UUID
    number: str
    buyer_id: uuid.UUID
    buyer_name: str
    email: str
    locale: str
    state: str
    fulfil_state: str
    currency: str
    goods: int
    shipping: int
    total: int
    points: int
    charge: int
    tax: int
    quote: ShopQuote
    inputs: Mapping[str, str]
    shop: Mapping[str, object]
    address: Mapping[str, object]
    note: str
    placed_at: datetime
    paid_at: datetime | None
    lines: tuple[OrderLine, ...]
    shipments: tuple[OrderShipment, ...]
    refunds: tuple[OrderRefund, ...]
    untaken: int = 0


class OrderQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders; an empty field asks for all. ``first`` and ``last`` are days of the tenant, both included. An order
    of which every unit went back before it was sent is in none of ``fulfil_states``: nothing of it leaves."""

    ids: tuple[uuid.UUID, ...] = ()
    numbers: tuple[str, ...] = ()
    shop_ids: tuple[uuid.UUID, ...] = ()
    buyer_id: uuid.UUID | None = None
    states: tuple[str, ...] = ()
    fulfil_states: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    text: str = ""
    purchase_ids: tuple[uuid.UUID, ...] = ()


class RefundLine(msgspec.Struct, frozen=True, kw_only=True):
    """``qty`` units of a line go back; ``restock`` of them can be sold again."""

    line_no: int
    qty: int
    restock: int = 0


class RefundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """``idem`` is the caller's own id of this refund: the same again changes nothing.

    Shipping goes back with the last unit of the order (``with_shipping`` None), or as it says: with these lines,
    alone, or not at all. Units that were never sent stay sellable whatever their ``restock``. ``deduction`` is kept
    back of the lines' cash: for worn goods, for what is sent instead, and, as its part ``postage``, for sending the
    goods back, which the shop paid on the buyer's behalf and which is no part of any price.
    """

    idem: uuid.UUID
    lines: tuple[RefundLine, ...]
    with_shipping: bool | None = None
    deduction: int = 0
    reason: str = ""
    postage: int = 0


class Orders(Protocol):
    """The shop's service for plugins that work on orders. Which permission is needed, the caller's route says; staff
    who work for some shops only find and touch the orders of those, and find what they bought themselves.

    Locks: payments of the purchase, then the order, then its lines, then stock.
    """

    async def get(self, tx: Tx, order_id: uuid.UUID) -> OrderView:
        """Raises NotFound."""
        ...

    async def lock(self, tx: Tx, order_id: uuid.UUID) -> OrderView:
        """Held until the transaction ends, with the payments before it. Raises NotFound."""
        ...

    async def find(
        self, tx: Tx, query: OrderQuery, *, limit: int = 100, offset: int = 0
    ) -> Sequence[OrderView]:
        """The newest first."""
        ...

    async def count(self, tx: Tx, query: OrderQuery) -> int: ...

    async def has_bought(self, tx: Tx, buyer_id: uuid.UUID) -> bool:
        """Whether there is an order of theirs that is not cancelled or expired: a first order is the other case."""
        ...

    def tracking_number(self, carrier: str, text: str) -> str:
        """As the shop keeps it. Raises Invalid for a number that the carrier does not give out."""
        ...

    async def process(self, tx: Tx, order_id: uuid.UUID, line_numbers: Sequence[int]) -> None:
        """The shop begins to work on these lines. Raises NotFound, Conflict for an illegal step."""
        ...

    async def ship(
        self,
        tx: Tx,
        order_id: uuid.UUID,
        line_numbers: Sequence[int],
        carrier: str,
        tracking_number: str,
        shipped_on: date | None = None,
    ) -> uuid.UUID:
        """One parcel with these lines; unfulfilled ones are processed on the way. The shipment's id.

        Raises NotFound, Conflict for an illegal step, Invalid for a number that the carrier does not give out.
        """
        ...

    async def renumber(
        self, tx: Tx, order_id: uuid.UUID, shipment_id: uuid.UUID, carrier: str, tracking_number: str
    ) -> None:
        """Another label for the same parcel; the timeline keeps both. Raises as ``ship``."""
        ...

    async def set_inputs(self, tx: Tx, order_id: uuid.UUID, values: Mapping[str, str | None]) -> None:
        """Staff change what the buyer chose (``OrderView.inputs``): a delivery date, a wrapping; None takes one away.

        No amount changes. Raises NotFound, Conflict once a parcel left or the order ended.
        """
        ...

    async def refund(self, tx: Tx, order_id: uuid.UUID, wanted: RefundOrder) -> OrderRefund:
        """Units go back: amounts to the yen in any order, stock as asked, plugins by ``refund_commit``, money after
        the commit. Raises NotFound, Conflict for more than is left or an order that is not paid."""
        ...

    async def replace(
        self,
        tx: Tx,
        order_id: uuid.UUID,
        lines: Sequence[RefundLine],
        carrier: str,
        tracking_number: str,
        variants: Mapping[int, uuid.UUID] | None = None,
    ) -> uuid.UUID:
        """The same goods once more for units that were sent, free of charge; the new parcel's id. ``restock`` of
        the old ones can be sold again. The caller sees to it that it happens once. ``variants``: by line number,
        another variant of the same product that leaves instead; a difference in price is the caller's to settle.

        Raises NotFound, Conflict for an order that is not paid, for more than was sent, too little stock or a
        variant that is not sold, Invalid for a number that the carrier does not give out.
        """
        ...

    async def note(self, tx: Tx, order_id: uuid.UUID, kind: str, data: Mapping[str, object]) -> None:
        """A line of the order's timeline: ``kind`` is ``<plugin id>.<what happened>``, in words by the plugin's
        catalog under that msgid."""
        ...
