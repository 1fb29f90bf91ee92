"""Rows of the payments' tables, and what the admin page and the API show of them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.payment_movements import DisputeState
from nakamise.contracts.payments import Capture, Instructions, OpKind, Payment, PaymentState
from nakamise.money import Money
from nakamise.web import Paged


class OpState(enum.StrEnum):
    NEW = "new"
    SENDING = "sending"
    UNKNOWN = "unknown"
    REQUIRES_ACTION = "requires_action"
    AUTHORIZED = "authorized"
    BY_HAND = "by_hand"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


FINAL: Final = frozenset({OpState.SUCCEEDED, OpState.FAILED, OpState.CANCELED})
_SEEN_AS: Final = {
    OpState.NEW: PaymentState.PENDING,
    OpState.SENDING: PaymentState.UNKNOWN,
    OpState.BY_HAND: PaymentState.PENDING,
}
# The way to pay that a plugin's bare id stands for.
USUAL: Final = "card"


def way_of(provider_id: str, method: str) -> str:
    """How others name a way to pay: ``payments_stripe``, ``payments_stripe:konbini``."""
    return provider_id if method == USUAL else f"{provider_id}:{method}"


def split_way(way: str) -> tuple[str, str]:
    """(provider's plugin, method)."""
    provider_id, _, method = way.partition(":")
    return provider_id, method or USUAL


class Op(msgspec.Struct, frozen=True, kw_only=True):
    """A row of payments_op. ``first_sent_at`` is None until the provider was called.

    ``captured`` is what was taken of a charge, ``fee`` what the provider kept of that.
    """

    id: uuid.UUID
    kind: OpKind
    parent_id: uuid.UUID | None
    subject: uuid.UUID
    reference: str
    provider_id: str
    amount: int
    currency: str
    state: OpState
    given_up: bool
    provider_ref: str
    reversed: int
    attempts: int
    failure: str | None
    action_url: str | None
    created_at: datetime
    first_sent_at: datetime | None
    settled_at: datetime | None
    method: str = USUAL
    capture: Capture = Capture.AUTOMATIC
    at_expiry: str = "cancel"
    capture_before: datetime | None = None
    captured: int = 0
    fee: int = 0
    instructions: Instructions | None = None
    extra: bool = False
    payer_id: uuid.UUID | None = None
    seller_id: uuid.UUID | None = None
    note: str = ""
    is_disputed: bool = False

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    def as_payment(self) -> Payment:
        """``failure`` is still a msgid."""
        return Payment(
            id=self.id,
            subject=self.subject,
            provider_id=way_of(self.provider_id, self.method),
            state=_SEEN_AS.get(self.state) or PaymentState(self.state.value),
            amount=self.money,
            refunded=self.reversed,
            failure=self.failure,
            action_url=self.action_url,
            captured=self.captured,
            capture_before=self.capture_before,
            instructions=self.instructions,
            is_disputed=self.is_disputed,
        )


class OpPage(msgspec.Struct, frozen=True):
    """One page of the list, newest first; ``page`` counts from 1."""

    items: list[Op]
    total: int
    page: int
    page_size: int

    @property
    def page_count(self) -> int:
        return max(1, -(-self.total // self.page_size))


class Trouble(enum.StrEnum):
    """How our books and the provider's differ."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    STATE = "state"
    AMOUNT = "amount"
    CURRENCY = "currency"
    NOT_BOOKED = "not_booked"
    BOOKED_WRONG = "booked_wrong"
    TWICE = "twice"
    OVERDUE = "overdue"
    MOVED = "moved"
    NOT_MOVED = "not_moved"
    ONLY_MOVED = "only_moved"
    PAID_OUT = "paid_out"


class Difference(msgspec.Struct, frozen=True):
    """``here`` and ``there`` are the two values that should be equal; ``op_id`` None: about the whole balance.
    ``about``: the ``idem`` of the ledger's row that it is about, "" where it is about the op; one op has several rows,
    whose amounts may be the same."""

    op_id: uuid.UUID | None
    trouble: Trouble
    here: str
    there: str
    about: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One reconciliation with one provider: ``compared`` ops and ``moved`` rows of its balance."""

    id: uuid.UUID
    at: datetime
    since: datetime
    provider_id: str
    compared: int
    charged: int
    refunded: int
    differences: list[Difference]
    moved: int = 0
    acknowledged_by: str | None = None
    note: str = ""


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """A row of payments_dispute; ``subject`` is what its charge pays for."""

    id: uuid.UUID
    provider_id: str
    reference: str
    op_id: uuid.UUID
    amount: int
    currency: str
    state: DisputeState
    reason: str
    is_inquiry: bool
    respond_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    subject: uuid.UUID


class DisputePage(Paged, frozen=True, kw_only=True):
    """One page of those that ended."""

    items: list[Dispute]
