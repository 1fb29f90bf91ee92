"""Taking money: what a payment provider plugin implements, and what the rest may ask for.

The order of acts is always: a ``psp_op`` row is committed, then the provider is called with the row's
id as idempotency key, then the answer is recorded. No answer means *unknown*, never *failed*: the
reconciler asks the provider later. One function applies what webhook, return page and reconciler learn.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from nakamise.db import Tx
from nakamise.money import Money


class ChargeState(enum.StrEnum):
    """What the provider says of a charge."""

    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class ChargeStatus(msgspec.Struct, frozen=True):
    """``failure`` is a msgid of the provider's catalog for the buyer; ``action_url`` the 3-D Secure step."""

    state: ChargeState
    reference: str
    amount: Money
    failure: str | None = None
    action_url: str | None = None


class ProviderUnreachable(Exception):
    """No answer, a cut connection, a time-out: the outcome is unknown."""


class ChargeRequest(msgspec.Struct, frozen=True):
    """``op_id`` is the idempotency key. ``payment_token`` stands for the card; card data never comes here."""

    op_id: uuid.UUID
    amount: Money
    payment_token: str
    description: str
    return_url: str


class PaymentProvider(Protocol):
    """``id`` is unique; ``label`` a msgid; ``form_template`` draws the payment step's fields."""

    id: str
    label: str
    form_template: str
    test_mode: bool

    async def charge(self, request: ChargeRequest) -> ChargeStatus:
        """Raises ProviderUnreachable."""
        ...

    async def find(self, op_id: uuid.UUID) -> ChargeStatus | None:
        """The provider's own record of that key; None: it never heard of it. Raises ProviderUnreachable."""
        ...

    async def cancel(self, op_id: uuid.UUID) -> ChargeStatus:
        """Give up a charge that has not succeeded. Raises ProviderUnreachable."""
        ...

    async def refund(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Raises ProviderUnreachable."""
        ...


class PaymentState(enum.StrEnum):
    """A payment as the shop sees it."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Payment(msgspec.Struct, frozen=True):
    """One try to pay for ``subject`` (a purchase)."""

    id: uuid.UUID
    subject: uuid.UUID
    provider_id: str
    state: PaymentState
    amount: Money
    refunded: int = 0
    failure: str | None = None
    action_url: str | None = None


class PaymentMethod(msgspec.Struct, frozen=True):
    provider_id: str
    label: str
    form_template: str
    test_mode: bool


class Payments(Protocol):
    """The service of the ``payments`` plugin (typed service: ``ctx.service(Payments)``)."""

    def methods(self) -> Sequence[PaymentMethod]: ...

    async def open(self, tx: Tx, subject: uuid.UUID, amount: Money, provider_id: str) -> Payment:
        """Write the charge's row in the caller's transaction. Raises Conflict when one is open already."""
        ...

    async def submit(self, payment_id: uuid.UUID, token: str, description: str, return_url: str) -> Payment:
        """Call the provider outside any transaction, then record the answer and settle the subject."""
        ...

    async def refresh(self, payment_id: uuid.UUID) -> Payment:
        """Ask the provider and apply what it says; safe at any time, from anywhere."""
        ...

    async def of_subject(self, tx: Tx, subject: uuid.UUID) -> Sequence[Payment]: ...

    async def give_back(self, tx: Tx, subject: uuid.UUID, amount: Money, reason: str) -> Sequence[uuid.UUID]:
        """In the caller's transaction: void what is open, open refunds for what was paid; jobs carry them out."""
        ...


class PaymentSubject(Protocol):
    """Provided by the plugin whose things are paid for; called inside the payment's transaction."""

    async def payment_succeeded(self, tx: Tx, subject: uuid.UUID, payment: Payment) -> None:
        """Idempotent. Late money: take stock again or ask for a refund."""
        ...

    async def payment_failed(self, tx: Tx, subject: uuid.UUID, payment: Payment) -> None: ...


PaymentParams = Mapping[str, str]
