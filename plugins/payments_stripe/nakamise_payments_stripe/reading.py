"""Stripe's objects in the contract's words. Yen have no minor unit: 500 is ¥500."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from nakamise.contracts.payment_movements import DisputeState, DisputeStatus
from nakamise.contracts.payments import (
    ChargeState,
    ChargeStatus,
    Instructions,
    OpKind,
    ProviderRecord,
    SavedCard,
    StoreCode,
)
from nakamise.money import Money
from nakamise.web import N_

Json = Mapping[str, Any]
OP: Final = "op_id"

DECLINED: Final = N_("The card was declined. Please use another card.")
INSUFFICIENT: Final = N_("The card has insufficient funds. Please use another card.")
EXPIRED: Final = N_("The card has expired. Please use another card.")
WRONG_CODE: Final = N_("The security code is wrong. Please enter the card again.")
NOT_CONFIRMED: Final = N_("The bank could not confirm that it is you. Please try again.")
NOT_PAID: Final = N_("The time to pay at the convenience store is over.")
PAYPAY_FAILED: Final = N_("The payment at PayPay did not go through. Please try again, or pay another way.")
TRY_LATER: Final = N_("The payment did not go through. Please try again, or use another card.")
NOT_SET_UP: Final = N_("Payments are not set up correctly at the moment. Please tell the shop.")
NOT_NOW: Final = N_("Payments are not possible at the moment. Nothing was charged; please try again later.")
# For staff, about money that goes back or on.
NO_ACCOUNT: Final = N_("The shop has no account at Stripe.")
SENT_BACK: Final = N_("The buyer's bank did not take the refund.")
REFUSED: Final = N_("Stripe refused it. Its dashboard says more about the payment.")
_NOT_MOVED: Final[Mapping[str, str]] = {
    "insufficient_capabilities_for_transfer": N_("The shop's account at Stripe takes no transfers yet."),
    "account_invalid": NO_ACCOUNT,
    "resource_missing": NO_ACCOUNT,
    "balance_insufficient": N_("There is not enough money at Stripe for it."),
    "charge_already_refunded": N_("The payment was given back already, at Stripe."),
    "charge_disputed": N_("The buyer disputes the payment."),
    "refund_not_supported": N_("This way to pay gives nothing back."),
}
FAILURES: Final[Mapping[str, str]] = {
    "insufficient_funds": INSUFFICIENT,
    "expired_card": EXPIRED,
    "incorrect_cvc": WRONG_CODE,
    "invalid_cvc": WRONG_CODE,
    "payment_intent_authentication_failure": NOT_CONFIRMED,
    "authentication_required": NOT_CONFIRMED,
    "payment_intent_payment_attempt_expired": NOT_PAID,
    "card_declined": DECLINED,
    "authentication": NOT_NOW,
    "permission": NOT_SET_UP,
}
_INTENTS: Final[Mapping[str, ChargeState]] = {
    "requires_payment_method": ChargeState.FAILED,
    "requires_confirmation": ChargeState.PROCESSING,
    "requires_action": ChargeState.REQUIRES_ACTION,
    "processing": ChargeState.PROCESSING,
    "requires_capture": ChargeState.AUTHORIZED,
    "succeeded": ChargeState.SUCCEEDED,
    "canceled": ChargeState.CANCELED,
}
_REFUNDS: Final[Mapping[str, ChargeState]] = {
    "pending": ChargeState.PROCESSING,
    "requires_action": ChargeState.PROCESSING,
    "succeeded": ChargeState.SUCCEEDED,
    "failed": ChargeState.FAILED,
    "canceled": ChargeState.CANCELED,
}
_DISPUTES: Final[Mapping[str, DisputeState]] = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}


def money(found: Json) -> Money:
    return Money(int(found["amount"]), str(found["currency"]).upper())


def moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def op_of(found: Json) -> uuid.UUID | None:
    """The key that we asked with; None for what others made in the same account."""
    try:
        return uuid.UUID(str((found.get("metadata") or {}).get(OP, "")))
    except ValueError:
        return None


def failure_of(code: str, decline: str, method: str = "card") -> str:
    """For the buyer. What cards are told says nothing to who pays at PayPay."""
    found = FAILURES.get(decline) or FAILURES.get(code) or TRY_LATER
    return PAYPAY_FAILED if method == "paypay" and found not in (NOT_SET_UP, NOT_NOW) else found


def not_moved(code: str) -> str:
    """Why a refund or a transfer was refused, for staff."""
    return _NOT_MOVED.get(code, REFUSED)


def intent(found: Json) -> ChargeStatus:
    """A Payment Intent; ``latest_charge`` and ``payment_method`` may be expanded or not."""
    state = _INTENTS.get(str(found["status"]), ChargeState.PROCESSING)
    error = found.get("last_payment_error") or {}
    charge = found.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    action = found.get("next_action") or {}
    waits = state is ChargeState.REQUIRES_ACTION
    return ChargeStatus(
        state,
        str(found["id"]),
        money(found),
        failure=_failure(error, found) if state is ChargeState.FAILED else None,
        action_url=(action.get("redirect_to_url") or {}).get("url") if waits else None,
        capture_before=_capture_before(charge) if state is ChargeState.AUTHORIZED else None,
        instructions=_instructions(action.get("konbini_display_details")) if waits else None,
        captured=int(found["amount_received"]) if state is ChargeState.SUCCEEDED else None,
        fee=_fee(charge),
        saved=_saved(found) if state in (ChargeState.SUCCEEDED, ChargeState.AUTHORIZED) else None,
    )


def _failure(error: Json, found: Json) -> str:
    [method, *_more] = found.get("payment_method_types") or ["card"]
    return failure_of(str(error.get("code") or ""), str(error.get("decline_code") or ""), str(method))


def _capture_before(charge: Json) -> datetime | None:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return moment(card.get("capture_before"))


def _fee(charge: Json) -> int | None:
    moved = charge.get("balance_transaction")
    return int(moved["fee"]) if isinstance(moved, dict) else None


def _instructions(details: Json | None) -> Instructions | None:
    if not details:
        return None
    due = moment(details.get("expires_at"))
    if due is None:
        return None
    stores = details.get("stores") or {}
    codes = tuple(
        StoreCode(store, str(code.get("payment_code") or ""), str(code.get("confirmation_number") or ""))
        for store, code in stores.items()
        if code
    )
    return Instructions("konbini", due, codes, details.get("hosted_voucher_url"))


def _saved(found: Json) -> SavedCard | None:
    method = found.get("payment_method")
    if not found.get("setup_future_usage") or not found.get("customer") or not isinstance(method, dict):
        return None
    card = method.get("card")
    if not card:
        return None
    return SavedCard(
        str(method["id"]),
        str(card["brand"]),
        str(card["last4"]),
        int(card["exp_month"]),
        int(card["exp_year"]),
    )


def refund(found: Json) -> ChargeStatus:
    state = _REFUNDS.get(str(found["status"]), ChargeState.PROCESSING)
    broken = state in (ChargeState.FAILED, ChargeState.CANCELED)
    return ChargeStatus(state, str(found["id"]), money(found), failure=SENT_BACK if broken else None)


def transfer(found: Json) -> ChargeStatus:
    """A transfer, or a reversal of one: both happen at once."""
    return ChargeStatus(ChargeState.SUCCEEDED, str(found["id"]), money(found))


def dispute(found: Json, charge_op_id: uuid.UUID) -> DisputeStatus:
    status = str(found["status"])
    return DisputeStatus(
        str(found["id"]),
        charge_op_id,
        _DISPUTES.get(status, DisputeState.OPEN),
        money(found),
        reason=str(found.get("reason") or ""),
        respond_by=moment((found.get("evidence_details") or {}).get("due_by")),
        is_inquiry=status.startswith("warning_"),
    )


def record(kind: OpKind, op_id: uuid.UUID, status: ChargeStatus) -> ProviderRecord:
    return ProviderRecord(op_id, kind, status.state, status.reference, status.amount, status.captured)
