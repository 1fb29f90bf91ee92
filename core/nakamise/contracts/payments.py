"""Taking money: what a payment provider plugin implements, and what the rest may ask for.

The order of acts is always: a row is committed, then the provider is called with the row's id as
idempotency key, then the answer is recorded. No answer means *unknown*, never *failed*: the reconciler
asks the provider later. One function applies what webhook, return page and reconciler learn.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from nakamise.db import Tx
from nakamise.money import Money


class ChargeState(enum.StrEnum):
    """What the provider says of a charge or a refund."""

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


class OpKind(enum.StrEnum):
    """What a provider is asked to do with money."""

    CHARGE = "charge"
    REFUND = "refund"


class ProviderRecord(msgspec.Struct, frozen=True):
    """One charge or refund in the provider's own books; ``op_id`` is the key it was asked with."""

    op_id: uuid.UUID
    kind: OpKind
    state: ChargeState
    reference: str
    amount: Money


class PaymentProvider(Protocol):
    """``id`` is the plugin's id; ``label`` a msgid; ``form_template`` draws the payment step's fields."""

    @property
    def id(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def form_template(self) -> str: ...

    @property
    def test_mode(self) -> bool: ...

    async def charge(self, request: ChargeRequest) -> ChargeStatus:
        """The same key and request again is answered as before. Raises ProviderUnreachable."""
        ...

    async def find(self, op_id: uuid.UUID) -> ChargeStatus | None:
        """The provider's own record of that key, charge or refund; None: it never heard of it.

        Raises ProviderUnreachable.
        """
        ...

    async def cancel(self, op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Give up a charge that has not succeeded, even one that the provider has not heard of.

        After any answer but SUCCEEDED the key can never take money, also when the charge's request
        arrives late. Raises ProviderUnreachable.
        """
        ...

    async def refund(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """The same key again is answered as before. Raises ProviderUnreachable."""
        ...

    async def records(self, since: datetime) -> Sequence[ProviderRecord]:
        """Everything in the provider's books that was made since. Raises ProviderUnreachable."""
        ...


class PaymentState(enum.StrEnum):
    """A payment as the shop sees it; UNKNOWN: asked, and the answer is not known yet."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Payment(msgspec.Struct, frozen=True):
    """One try to pay for ``subject`` (a purchase). ``refunded``: what was or is being given back.

    ``failure`` is a sentence for the buyer, in the language of who asked.
    """

    id: uuid.UUID
    subject: uuid.UUID
    provider_id: str
    state: PaymentState
    amount: Money
    refunded: int = 0
    failure: str | None = None
    action_url: str | None = None


class Refunded(msgspec.Struct, frozen=True):
    """Money that went back; ``reference`` is what ``give_back`` was told."""

    id: uuid.UUID
    subject: uuid.UUID
    amount: Money
    reference: str


class PaymentMethod(msgspec.Struct, frozen=True):
    """``label`` is in the language of who asked."""

    provider_id: str
    label: str
    form_template: str
    test_mode: bool


class Payments(Protocol):
    """The service of the ``payments`` plugin (typed service: ``ctx.service(Payments)``).

    Locks: payments before the rows of what is paid for. ``lock`` comes first in a transaction that may
    ``give_back`` or ``open`` again.
    """

    def methods(self) -> Sequence[PaymentMethod]: ...

    async def open(self, tx: Tx, subject: uuid.UUID, amount: Money, provider_id: str) -> Payment:
        """Write the charge's row in the caller's transaction. Raises Conflict when one is open already."""
        ...

    async def submit(self, payment_id: uuid.UUID, token: str, description: str, return_url: str) -> Payment:
        """Call the provider outside any transaction, then record the answer and settle the subject.

        A payment that was submitted before is not sent again. Raises NotFound.
        """
        ...

    async def refresh(self, payment_id: uuid.UUID) -> Payment:
        """Ask the provider and apply what it says; safe at any time, from anywhere. Raises NotFound."""
        ...

    async def lock(self, tx: Tx, subject: uuid.UUID) -> Sequence[Payment]:
        """The subject's payments, oldest first, held until the transaction ends."""
        ...

    async def of_subject(self, tx: Tx, subject: uuid.UUID) -> Sequence[Payment]:
        """Oldest first."""
        ...

    async def give_back(
        self, tx: Tx, subject: uuid.UUID, amount: int, reason: str, reference: str = ""
    ) -> Sequence[uuid.UUID]:
        """In the caller's transaction: refund ``amount`` of what was paid, or void what is still open.

        The provider is asked after the commit. Returns the refunds' ids. Raises Conflict for more than
        is left of the payment.
        """
        ...


class PaymentSubject(Protocol):
    """Provided by the plugin whose things are paid for; called inside the payment's transaction."""

    async def payment_succeeded(self, tx: Tx, payment: Payment) -> None:
        """Called once. Late money: take stock again or ``give_back``."""
        ...

    async def payment_refunded(self, tx: Tx, refund: Refunded) -> None:
        """Called once for each refund that arrived."""
        ...
