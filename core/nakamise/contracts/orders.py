"""What happened to orders. Amounts are tax-included, in minor units of ``currency``."""

from __future__ import annotations

import uuid
from typing import ClassVar

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
