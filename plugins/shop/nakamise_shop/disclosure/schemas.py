"""A request as buyers make it, as staff decide it, and as both see it."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from nakamise.web import N_, Paged

# Law: more than this. Days: what the site promises, and staff see what is late.
CLAIM_OVER: Final = 10_000
DAYS: Final = 14


class DisclosureState(enum.StrEnum):
    OPEN = "open"
    DISCLOSED = "disclosed"
    REFUSED = "refused"


STATES: Final = {
    DisclosureState.OPEN: (N_("Being examined"), "warn"),
    DisclosureState.DISCLOSED: (N_("Disclosed"), "ok"),
    DisclosureState.REFUSED: (N_("Refused"), "outline"),
}
# Each must be made before a seller is disclosed.
CHECKS: Final = {
    "identity": N_("The person who asks is the buyer of this order."),
    "claim": N_("There is a claim for money of more than ¥10,000 that follows from this order."),
    "honest": N_("Nothing points to another aim, such as harming the seller."),
    "heard": N_("The shop was told and could say what it thinks."),
}


class AskDisclosure(msgspec.Struct, frozen=True, kw_only=True):
    """``is_honest``: only to make the claim, and not to harm anybody."""

    claim: Annotated[int, Meta(ge=1, le=10**10)]
    reason: Annotated[str, Meta(min_length=10, max_length=2000)]
    is_honest: bool = False


class DecideDisclosure(msgspec.Struct, frozen=True, kw_only=True):
    """``checks`` are those of ``CHECKS`` that were made."""

    decision: Literal["disclosed", "refused"]
    checks: list[str] = []
    answer: Annotated[str, Meta(max_length=2000)] = ""


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """``told`` are the seller's name, address and phone as they were told; ``is_late``: open after ``due_on``."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_number: str
    shop_id: uuid.UUID
    shop_name: str
    user_id: uuid.UUID
    buyer_name: str
    email: str
    locale: str
    claim: int
    reason: str
    state: DisclosureState
    due_on: date
    is_late: bool
    checks: Mapping[str, bool]
    told: Mapping[str, str]
    answer: str
    decided_by: str
    decided_at: datetime | None
    created_at: datetime


class OwnDisclosure(msgspec.Struct, frozen=True, kw_only=True):
    """A request as whoever made it sees it. ``claim`` is in yen; ``told`` and ``answer`` are empty until it is
    decided; ``due_on`` is the day by which an answer is promised."""

    id: uuid.UUID
    order_number: str
    shop_name: str
    claim: int
    reason: str
    state: DisclosureState
    due_on: date
    told: Mapping[str, str]
    answer: str
    decided_at: datetime | None
    created_at: datetime


class DisclosurePage(Paged, frozen=True, kw_only=True):
    """Open ones first, those that wait longest at the top; then the newest."""

    items: list[Disclosure]
