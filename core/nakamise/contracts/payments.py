"""Taking money: what a payment provider plugin implements, and what the rest may ask for.

The order of acts is always: a row is committed, then the provider is called with the row's id as
idempotency key, then the answer is recorded. No answer means *unknown*, never *failed*: the reconciler
asks the provider later. One function applies what webhook, return page and reconciler learn.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from nakamise.contracts.payment_cards import SavedCard as SavedCard  # noqa: PLC0414 - is public here too
from nakamise.contracts.payment_cards import SavedMethod as SavedMethod  # noqa: PLC0414 - is public here too
from nakamise.contracts.payment_instructions import BankAccount as BankAccount  # noqa: PLC0414 - is public here too
from nakamise.contracts.payment_instructions import Instructions as Instructions  # noqa: PLC0414 - is public here too
from nakamise.contracts.payment_instructions import StoreCode as StoreCode  # noqa: PLC0414 - is public here too
from nakamise.contracts.payment_movements import DisputeState, DisputeStatus, Movement
from nakamise.db import Tx
from nakamise.money import Money


class ChargeState(enum.StrEnum):
    """What the provider says of a charge, a refund or another op.

    AUTHORIZED: the money is reserved on the card and is taken by ``capture``, or never.
    """

    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Capture(enum.StrEnum):
    """When money is taken: with the order (AUTOMATIC), or reserved first and taken later (MANUAL)."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class ChargeStatus(msgspec.Struct, frozen=True):
    """``failure`` is a msgid of the provider's catalog for the buyer; ``action_url`` the 3-D Secure step.

    ``amount`` is what the op is about. ``captured``: what of a charge was taken, None = all of it; ``fee`` what
    the provider keeps of it. ``saved``: the card is kept for the buyer from now on.
    """

    state: ChargeState
    reference: str
    amount: Money
    failure: str | None = None
    action_url: str | None = None
    capture_before: datetime | None = None
    instructions: Instructions | None = None
    captured: int | None = None
    fee: int | None = None
    saved: SavedCard | None = None


class ProviderUnreachable(Exception):
    """No answer, a cut connection, a time-out: the outcome is unknown."""


class Payer(msgspec.Struct, frozen=True):
    """Who pays; ``user_id`` None in a job."""

    user_id: uuid.UUID | None = None
    name: str = ""
    email: str = ""


class ChargeRequest(msgspec.Struct, frozen=True):
    """``op_id`` is the idempotency key. ``payment_token`` stands for the card; card data never comes here.

    ``subject`` is what is paid for, the same for all tries. ``is_saved``: the token is the reference of a
    ``SavedCard`` of this payer's. ``save``: the buyer wants the card to be kept. ``due_at`` ends what is paid
    elsewhere. ``return_url`` is absolute when there is a request.
    """

    op_id: uuid.UUID
    amount: Money
    payment_token: str
    description: str
    return_url: str
    method: str = "card"
    capture: Capture = Capture.AUTOMATIC
    subject: uuid.UUID | None = None
    payer: Payer = Payer()
    is_saved: bool = False
    save: bool = False


class OpKind(enum.StrEnum):
    """What a provider is asked to do with money. RELEASE is ours alone: a part of an authorisation that will
    not be taken. TRANSFER and REVERSAL: a seller's share to the seller's own account, and back."""

    CHARGE = "charge"
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"
    TRANSFER = "transfer"
    REVERSAL = "reversal"


class ProviderRecord(msgspec.Struct, frozen=True):
    """One op in the provider's own books; ``op_id`` is the key it was asked with.

    ``amount`` is what was asked for. ``captured`` as in ``ChargeStatus``.
    """

    op_id: uuid.UUID
    kind: OpKind
    state: ChargeState
    reference: str
    amount: Money
    captured: int | None = None


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One way to pay that a provider brings. ``label`` is a msgid; ``form_template`` draws the payment step's fields.

    ``refundable``: money goes back the way it came; otherwise staff pay it back by hand. ``min_amount`` and
    ``max_amount`` are in minor units; outside of them it is not offered. ``origins`` are those that the form's
    script loads from, frames and calls ("https://js.stripe.com"). ``brands``: the cards that are taken. ``form`` is
    what the template needs (``method.form``), nothing secret.
    """

    method: str
    label: str
    form_template: str
    min_amount: int = 1
    max_amount: int | None = None
    refundable: bool = True
    can_save: bool = False
    can_authorize: bool = False
    brands: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    form: Mapping[str, str] = {}


class PaymentProvider(Protocol):
    """``id`` is the plugin's id; ``offers`` are the ways to pay, the usual one first; none while only
    what was begun before goes on.

    Whatever takes an ``op_id`` is answered as before when the same key comes again, and raises
    ProviderUnreachable when the outcome is unknown. What the provider refuses for good is FAILED.
    """

    @property
    def id(self) -> str: ...

    @property
    def offers(self) -> Sequence[Offer]: ...

    @property
    def test_mode(self) -> bool: ...

    @property
    def pays_sellers(self) -> bool:
        """Whether ``transfer`` reaches sellers' own accounts."""
        ...

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

    async def capture(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Take ``amount`` of an authorised charge; the rest of it is released."""
        ...

    async def refund(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus: ...

    async def transfer(
        self,
        op_id: uuid.UUID,
        charge_op_id: uuid.UUID,
        seller_id: uuid.UUID,
        amount: Money,
        *,
        from_charge: bool = True,
    ) -> ChargeStatus:
        """A seller's share of a charge goes to the seller's account. ``from_charge`` False: the charge is too little,
        because the site bears a part of the price, so it comes from the site's balance there."""
        ...

    async def reverse(self, op_id: uuid.UUID, transfer_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Part of a transfer, or all of it, comes back."""
        ...

    async def seller_ready(self, tx: Tx, seller_id: uuid.UUID) -> bool:
        """Whether this seller has an account that takes transfers."""
        ...

    async def forget(self, card_reference: str) -> None:
        """The provider no longer keeps this card."""
        ...

    async def records(self, since: datetime) -> Sequence[ProviderRecord]:
        """Charges, refunds, transfers and reversals in the provider's books that were made since.

        Raises ProviderUnreachable.
        """
        ...

    async def disputes(self, since: datetime, references: Sequence[str] = ()) -> Sequence[DisputeStatus]:
        """Those that were opened since, and those with these references. Raises ProviderUnreachable."""
        ...

    async def movements(self, since: datetime) -> Sequence[Movement]:
        """Everything that moved the provider's balance since. Raises ProviderUnreachable."""
        ...


class PaymentState(enum.StrEnum):
    """A payment as the shop sees it; UNKNOWN: asked, and the answer is not known yet.

    REQUIRES_ACTION with ``instructions``: the buyer pays elsewhere, until they are due.
    """

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    UNKNOWN = "unknown"
    AUTHORIZED = "authorized"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Payment(msgspec.Struct, frozen=True):
    """One try to pay for ``subject`` (a purchase). ``refunded``: what was or is being given back.

    ``failure`` is a sentence for the buyer, in the language of who asked. ``provider_id`` names the way to pay,
    as ``PaymentMethod.provider_id`` does. ``captured`` is what was taken; an authorised payment has 0 and a
    ``capture_before``. ``is_disputed``: a dispute is open, refunds are refused. ``is_being_taken``: it is authorised and
    its capture is under way, so that what is given back now is taken before; known of held payments (``Payments.lock``).
    """

    id: uuid.UUID
    subject: uuid.UUID
    provider_id: str
    state: PaymentState
    amount: Money
    refunded: int = 0
    failure: str | None = None
    action_url: str | None = None
    captured: int = 0
    capture_before: datetime | None = None
    instructions: Instructions | None = None
    is_disputed: bool = False
    is_being_taken: bool = False

    @property
    def is_paid(self) -> bool:
        """The money is here or is reserved for us."""
        return self.state in (PaymentState.SUCCEEDED, PaymentState.AUTHORIZED)


class Refunded(msgspec.Struct, frozen=True):
    """Money that went back; ``reference`` is what ``give_back`` was told. ``by_hand``: not the way it came.

    ``waiting``: what staff still have to pay of the refunds with this reference. ``released``: it had been reserved
    only, and will not be taken: nothing moved.
    """

    id: uuid.UUID
    subject: uuid.UUID
    amount: Money
    reference: str
    by_hand: bool = False
    waiting: int = 0
    released: bool = False


class PaymentMethod(msgspec.Struct, frozen=True):
    """``provider_id`` names the way to pay: ``<plugin id>``, or ``<plugin id>:<method>`` for a provider's further
    ways. ``label`` is in the language of who asked. The rest is as in ``Offer``."""

    provider_id: str
    label: str
    form_template: str
    test_mode: bool
    method: str = "card"
    can_save: bool = False
    brands: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    form: Mapping[str, str] = {}
    min_amount: int = 1
    max_amount: int | None = None


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """One charge that is to be opened: as the arguments of ``Payments.open``, and who pays."""

    subject: uuid.UUID
    amount: Money
    provider_id: str
    sellers: tuple[uuid.UUID, ...] = ()
    payer_id: uuid.UUID | None = None


class Payments(Protocol):
    """The service of the ``payments`` plugin (typed service: ``ctx.service(Payments)``).

    Locks: payments before the rows of what is paid for. ``lock`` comes first in a transaction that may
    ``give_back`` or ``open`` again.
    """

    def methods(self, amount: Money | None = None) -> Sequence[PaymentMethod]:
        """The ways to pay ``amount``; without one, all that are ready."""
        ...

    async def open(
        self,
        tx: Tx,
        subject: uuid.UUID,
        amount: Money,
        provider_id: str,
        sellers: Sequence[uuid.UUID] = (),
    ) -> Payment:
        """Write the charge's row in the caller's transaction. Whether it is captured at once follows from the
        settings of ``sellers``: one who captures by hand makes it so for all.

        Raises Conflict when one is open already, or when this way cannot pay the amount.
        """
        ...

    async def capture_mode(self, tx: Tx, provider_id: str, sellers: Sequence[uuid.UUID]) -> Capture:
        """What ``open`` would write for these sellers: whether the money is taken at once, or reserved first."""
        ...

    async def open_many(self, tx: Tx, wanted: Sequence[Opening]) -> None:
        """``open`` for many subjects at once. Raises Conflict when one of them cannot be opened."""
        ...

    async def submit(
        self, payment_id: uuid.UUID, token: str, description: str, return_url: str, *, save: bool = False
    ) -> Payment:
        """Call the provider outside any transaction, then record the answer and settle the subject.

        ``token`` stands for a new card, or is ``SavedMethod.token`` of the actor's own; ``save`` keeps a new
        card. A payment that was submitted before is not sent again. Raises NotFound, and Invalid for a card's number
        in the place of a token.
        """
        ...

    async def refresh(self, payment_id: uuid.UUID) -> Payment:
        """Ask the provider and apply what it says; safe at any time, from anywhere. Raises NotFound."""
        ...

    async def abandon(self, subject: uuid.UUID) -> Payment | None:
        """Give up what is open, at the provider and outside any transaction, so that another way can be opened.

        The subject's payment as it is then: CANCELED or FAILED frees the way, paid is paid, anything else is not
        known yet. None when there is no payment.
        """
        ...

    async def capture(self, subject: uuid.UUID) -> Payment:
        """Take what is authorised, now and outside any transaction; a payment that was taken stays as it is.

        UNKNOWN work goes on by itself: then the payment is still AUTHORIZED. Raises Conflict when there is no
        live authorisation, NotFound.
        """
        ...

    async def before_shipping(self, tx: Tx, subject: uuid.UUID) -> None:
        """Call before a parcel leaves, in its transaction and before the order's lock.

        Taken money passes. A live authorisation is captured after the commit where the setting says so; an
        expired one, one that must be captured by hand and a charge in doubt raise Conflict.
        """
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

        Of an authorisation ``amount`` is not taken any more; all of it voids it. The provider is asked after
        the commit; what its rail cannot give back becomes a task for staff. Returns the refunds' ids. Raises
        Conflict for more than is left of the payment and while a dispute is open.
        """
        ...

    async def saved(self, tx: Tx) -> Sequence[SavedMethod]:
        """The actor's own cards at providers that are on, the latest used first; none for guests."""
        ...

    async def forget(self, saved_id: uuid.UUID) -> None:
        """The actor's own card, here and at the provider. Raises NotFound."""
        ...

    async def payouts_stopped(self, tx: Tx) -> bool:
        """A reconciliation found differences, and nobody has acknowledged them."""
        ...


class PaymentReports(Protocol):
    """For providers' plugins: what they hear by themselves, from webhooks. Also served by ``payments``."""

    async def heard(self, op_id: uuid.UUID, status: ChargeStatus) -> None:
        """Apply the state of an op, freshly fetched from the provider. An unknown op changes nothing."""
        ...

    async def disputed(self, provider_id: str, dispute: DisputeStatus) -> None:
        """Apply the state of a dispute, freshly fetched. A charge that is not ours changes nothing."""
        ...


class PaymentSubject(Protocol):
    """Provided by the plugin whose things are paid for; called inside the payment's transaction."""

    async def payment_succeeded(self, tx: Tx, payment: Payment) -> None:
        """Called once, when the money is here or reserved (``payment.state`` says which). Late money: take stock
        again or ``give_back``."""
        ...

    async def payment_waiting(self, tx: Tx, payment: Payment) -> None:
        """The buyer pays elsewhere until ``payment.instructions.due_at``: keep what is held until then."""
        ...

    async def payment_captured(self, tx: Tx, payment: Payment) -> None:
        """Called once: what was authorised was taken."""
        ...

    async def payment_lapsed(self, tx: Tx, payment: Payment) -> None:
        """Called once: the authorisation ended without money. Cancel what was not sent."""
        ...

    async def payment_refunded(self, tx: Tx, refund: Refunded) -> None:
        """Called once for each refund that arrived."""
        ...

    async def payment_refund_waits(self, tx: Tx, refund: Refunded, *, failed: bool) -> None:
        """A refund became a task for staff; ``payment_refunded`` follows when they have paid. ``failed``: the provider
        refused it, or the bank sent it back after ``payment_refunded``."""
        ...

    async def payment_disputed(self, tx: Tx, payment: Payment, state: DisputeState, amount: int) -> None:
        """Called once for each state of a dispute about ``amount`` of the payment. LOST: that much is gone;
        ``payment.is_disputed`` says whether another one is open."""
        ...
