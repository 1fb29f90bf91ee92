"""What happens to money at a provider whether we ask or not: its balance moves, banks dispute payments."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import msgspec

from nakamise.money import Money


class MovementKind(enum.StrEnum):
    """What moved a provider's balance. REFUND_FAILED: the bank sent a refund back. DISPUTE and DISPUTE_WON: the bank
    took money, and gave it back. PAYOUT leaves for our own bank account, PAYOUT_FAILED came back from it. OTHER_IN and
    OTHER_OUT: what somebody else moved in the same account, and the provider's other fees."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    PAYOUT = "payout"
    PAYOUT_FAILED = "payout_failed"
    OTHER_IN = "other_in"
    OTHER_OUT = "other_out"


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the provider's account with us; ``amount`` is what it moved, never negative, before the ``fee``.

    ``op_id``: the key of what it is about, a dispute's charge; None for payouts and others. ``reference`` is the
    provider's own id of the row, of a dispute that of the dispute.
    """

    kind: MovementKind
    reference: str
    amount: Money
    at: datetime
    op_id: uuid.UUID | None = None
    fee: int = 0


class DisputeState(enum.StrEnum):
    """OPEN: the bank took the money back for now, or asks for reasons."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DisputeStatus(msgspec.Struct, frozen=True):
    """A buyer told their bank that they did not owe a charge. ``is_inquiry``: no money has moved.

    ``reason`` is the provider's word for it; ``respond_by`` ends the time for an answer.
    """

    reference: str
    charge_op_id: uuid.UUID
    state: DisputeState
    amount: Money
    reason: str = ""
    respond_by: datetime | None = None
    is_inquiry: bool = False
