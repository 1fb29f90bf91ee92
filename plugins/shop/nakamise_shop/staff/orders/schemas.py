"""What staff see and send of orders; one order's page shows ``orders.schemas.Order``."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_state import OrderState, OrderStatus
from nakamise_shop.orders.schemas import PayStatus, pay_status
from nakamise_shop.paging import Paged

LineNumbers = Annotated[list[int], Meta(min_length=1, max_length=500)]


class StaffOrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Days are the tenant's, both included, of the order or of its payment (``dates``); ``q`` looks in numbers,
    names, kana, products and SKUs."""

    status: OrderStatus | None = None
    payment: PayStatus | None = None
    q: Annotated[str, Meta(max_length=100)] = ""
    shop: str | None = None
    since: date | None = None
    until: date | None = None
    dates: Literal["placed", "paid"] = "placed"
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class StaffOrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list of orders; ``item_count`` counts the pieces that are in its parcels or are to be.
    ``given_back`` is what went back or is going back, as its page says; ``refunded`` what refunds were reckoned with,
    by which ``pay_status`` goes; ``uncharged``: nothing of its charge was ever taken."""

    id: uuid.UUID
    number: str
    placed_at: datetime
    paid_at: datetime | None
    shop_name: str
    buyer_name: str
    state: OrderState
    status: OrderStatus
    total: int
    item_count: int
    authorized_until: datetime | None
    refunded: int
    refund_waits: bool
    uncharged: bool
    given_back: int
    has_note: bool
    is_gift: bool

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


class StaffOrderLines(Paged, frozen=True, kw_only=True):
    """``counts`` are of the tabs: what each status would show under the other conditions."""

    items: list[StaffOrderLine]
    counts: dict[str, int]


class StartInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    lines: LineNumbers


class Label(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    carrier: Carrier
    tracking_number: Annotated[str, Meta(min_length=1, max_length=60)]


class ShipInput(Label, kw_only=True):
    lines: LineNumbers


class CancelInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``reason`` is told to the buyer."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
