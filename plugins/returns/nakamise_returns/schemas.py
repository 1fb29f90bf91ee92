"""Returns as they are asked for, kept and shown. Amounts are tax-included, in minor units."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise.media import Media
from nakamise.web import Paged
from nakamise_returns.states import EDGES, State

Payer = Literal["buyer", "shop"]
Wish = Literal["refund", "exchange"]
Reason = Literal["changed_mind", "defect", "wrong_item", "other"]
Condition = Literal["unused", "worn", "damaged"]
Carrier = Literal["yamato", "sagawa", "japan_post", "other"]
Words = Annotated[str, Meta(max_length=1000)]
MustSay = Annotated[str, Meta(min_length=1, max_length=1000)]
Units = Annotated[int, Meta(ge=1, le=999)]
# What the shop answers for, whatever it excludes.
FAULTS: frozenset[str] = frozenset({"defect", "wrong_item"})


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """``days`` after the delivery, 0 = no return for a change of mind; faults are taken back for ``defect_days``,
    at the shop's cost. ``postage``: what is kept back of a refund when the buyer bears it and the shop pays the
    carrier; 0 = the buyer pays the carrier. ``version`` 0: the shop has not said anything, the law's rule holds."""

    shop_id: uuid.UUID
    days: Annotated[int, Meta(ge=0, le=90)] = 8
    defect_days: Annotated[int, Meta(ge=1, le=365)] = 30
    payer: Payer = "buyer"
    deduction_bp: Annotated[int, Meta(ge=0, le=10_000)] = 0
    postage: Annotated[int, Meta(ge=0, le=100_000)] = 0
    product_ids: list[uuid.UUID] = []
    category_ids: list[uuid.UUID] = []
    note: Annotated[str, Meta(max_length=1000)] = ""
    note_en: Annotated[str, Meta(max_length=1000)] = ""
    version: int = 0


class WantedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line_no: int
    qty: Units


class NewRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``words``: what the buyer writes about it; ``id``: the caller's own, the same again changes nothing."""

    lines: Annotated[list[WantedLine], Meta(min_length=1, max_length=200)]
    reason: Reason
    wish: Wish = "refund"
    words: Words = ""
    id: uuid.UUID | None = None


class ReceivedLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``received`` of the announced units came, of which ``restock`` can be sold again."""

    line_no: int
    received: Annotated[int, Meta(ge=0, le=999)]
    condition: Condition = "unused"
    restock: Annotated[int, Meta(ge=0, le=999)] = 0


class Received(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lines: Annotated[list[ReceivedLine], Meta(min_length=1, max_length=200)]
    words: Words = ""


class Refund(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``with_shipping`` None: the order's shipping goes back with its last unit; ``deduction`` for worn goods;
    ``postage`` for sending them back, None = what was promised."""

    with_shipping: bool | None = None
    deduction: Annotated[int, Meta(ge=0)] = 0
    postage: Annotated[int, Meta(ge=0)] | None = None
    words: Words = ""


class SentInstead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another variant of the same product, for all units of a line that came."""

    line_no: int
    variant_id: uuid.UUID


class Exchange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that is not in ``variants`` gets the same goods again."""

    variants: Annotated[list[SentInstead], Meta(max_length=200)] = []
    carrier: Carrier
    tracking_number: Annotated[str, Meta(min_length=1, max_length=60)]
    words: Words = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff write to the buyer."""

    words: Words = ""


class Rejection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: MustSay


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A row of returns_request. ``due_at``: until when the parcel is waited for; ``postage`` may be kept back, and
    ``postage_kept`` was; ``deduction`` was kept back for worn goods."""

    id: uuid.UUID
    number: str
    order_id: uuid.UUID
    order_number: str
    shop_id: uuid.UUID
    shop_name: str
    buyer_id: uuid.UUID
    buyer_name: str
    wish: Wish
    reason: Reason
    words: str
    state: State
    payer: Payer
    deduction_bp: int
    due_at: datetime | None
    deduction: int
    postage: int
    postage_kept: int
    refunded: int
    requested_at: datetime
    ended_at: datetime | None

    def may(self, target: str) -> bool:
        return State(target) in EDGES[self.state]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """``received_qty`` and ``condition``: None until the parcel was looked at. ``sent_name``: another variant that was
    sent instead."""

    line_no: int
    product_id: uuid.UUID
    name: str
    qty: int
    received_qty: int | None
    condition: Condition | None
    restock: int
    sent_name: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    kind: State
    at: datetime
    by_staff: bool
    words: str


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """A request with everything that its page shows."""

    head: Head
    lines: list[Line]
    photos: list[Media]
    events: list[Event]


class Row(Head, frozen=True, kw_only=True):
    """A request in a list."""

    first_name: str
    pieces: int


class ReturnFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``q`` looks in the numbers of return and order and in the buyer's name."""

    state: State | None = None
    q: Annotated[str, Meta(max_length=100)] = ""
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class ReturnPage(Paged, frozen=True, kw_only=True):
    items: list[Row]
    counts: dict[str, int]


class Returnable(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order, and how many units of it can be asked back: for a change of mind, and for a fault.

    ``why_not`` is a msgid that says why it is 0, with ``params``.
    """

    line_no: int
    product_id: uuid.UUID
    name: str
    left: int
    for_fault: int
    why_not: str = ""
    params: dict[str, object] = {}
