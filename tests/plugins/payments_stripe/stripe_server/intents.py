"""Payment Intents, their charges, and cards."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from typing import Any, Final

from tests.plugins.payments_stripe.stripe_server.books import FEE_BP, Books, Json
from tests.plugins.payments_stripe.stripe_server.refusals import ApiError, amount_of, invalid, known_only

HOLD_S: Final = 7 * 86_400
# number → what it does
CARDS: Final = {
    "4242424242424242": ("visa", "ok"),
    "5555555555554444": ("mastercard", "ok"),
    "4000000000000002": ("visa", "declined"),
    "4000000000009995": ("visa", "insufficient_funds"),
    "4000000000003220": ("visa", "3ds"),
}
SHORT: Final = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_threeDSecureRequired": "4000000000003220",
}
CREATE: Final = (
    *("amount", "currency", "confirm", "description", "metadata", "payment_method_types", "return_url"),
    *("expand", "transfer_group", "payment_method", "capture_method", "customer", "setup_future_usage"),
    *("payment_method_data", "payment_method_options"),
)
# (least, most) in yen; others as cards.
AMOUNTS: Final = {"konbini": (120, 300_000), "paypay": (50, 1_000_000)}
ANY_AMOUNT: Final = (50, 99_999_999)
TOKYO: Final = dt.timezone(dt.timedelta(hours=9))


class Intents:
    def __init__(self, books: Books, origin: str) -> None:
        self._books = books
        self._origin = origin
        self.numbers: dict[str, str] = {}

    # --- cards ---------------------------------------------------------------------------------------

    def method_of(self, token: str) -> Json:
        """Raises ApiError."""
        if token in SHORT:
            return self.card(SHORT[token], 12, 2030)
        return self._books.get("payment_method", token)

    def card(self, number: str, month: int, year: int) -> Json:
        """Raises ApiError for a number that is no test card."""
        if number not in CARDS:
            raise ApiError(402, "card_error", "Your card number is incorrect.", code="incorrect_number")
        brand, _ = CARDS[number]
        made = self._books.make(
            "payment_method",
            type="card",
            card={
                "brand": brand,
                "last4": number[-4:],
                "exp_month": month,
                "exp_year": year,
                "country": "JP",
            },
            billing_details={"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        )
        self.numbers[made["id"]] = number
        return made

    # --- life ----------------------------------------------------------------------------------------

    def create(self, params: dict[str, Any]) -> Json:
        known_only(params, *CREATE)
        amount = amount_of(params)
        if params.get("currency") != "jpy":
            raise invalid("This server takes yen only", param="currency")
        types = params.get("payment_method_types") or ["card"]
        for least, most in (AMOUNTS.get(one, ANY_AMOUNT) for one in types):
            if not least <= amount <= most:
                code = "amount_too_small" if amount < least else "amount_too_large"
                raise invalid("Amount out of range", code)
        if "paypay" in types:
            self._once_only(params)
        customer = params.get("customer")
        if customer:
            self._books.get("customer", customer)
        found = self._books.make(
            "payment_intent",
            amount=amount,
            currency="jpy",
            status="requires_payment_method",
            capture_method=params.get("capture_method", "automatic"),
            confirmation_method="automatic",
            description=params.get("description"),
            metadata=dict(params.get("metadata") or {}),
            payment_method_types=list(types),
            payment_method_options=dict(params.get("payment_method_options") or {}),
            transfer_group=params.get("transfer_group"),
            customer=customer,
            setup_future_usage=params.get("setup_future_usage"),
        )
        found["client_secret"] = f"{found['id']}_secret_{secrets.token_hex(8)}"
        self._books.tell("payment_intent.created", found)
        if params.get("confirm") == "true":
            self._confirm(found, params)
        return found

    def _once_only(self, params: dict[str, Any]) -> None:
        """PayPay takes the money at once, and keeps nothing for later."""
        if params.get("capture_method", "automatic") != "automatic":
            raise invalid("paypay does not support manual capture.", param="capture_method")
        if "setup_future_usage" in params:
            raise invalid("paypay cannot be set up for future usage.", param="setup_future_usage")
        options = (params.get("payment_method_options") or {}).get("paypay") or {}
        if "capture_method" in options:
            raise invalid(
                "Received unknown parameter: capture_method",
                "parameter_unknown",
                param="payment_method_options[paypay][capture_method]",
            )

    def _confirm(self, found: Json, params: dict[str, Any]) -> None:
        if "konbini" in found["payment_method_types"]:
            self._voucher(found, params)
            return
        if "paypay" in found["payment_method_types"]:
            if params.get("payment_method_data") != {"type": "paypay"}:
                raise invalid("PayPay needs payment_method_data of its type.", param="payment_method_data")
            self._redirect(found, params, "paypay")
            return
        if not params.get("payment_method"):
            raise invalid("You must provide a payment method.", param="payment_method")
        method = self.method_of(str(params["payment_method"]))
        if method["customer"] and method["customer"] != found["customer"]:
            raise invalid("The payment method belongs to another customer.", param="payment_method")
        found["payment_method"] = method["id"]
        behaviour = CARDS[self.numbers[method["id"]]][1]
        if behaviour == "3ds":
            self._redirect(found, params, "3ds")
        elif behaviour == "ok":
            self.take(found)
        else:
            self._decline(found, behaviour)

    def _redirect(self, found: Json, params: dict[str, Any], page: str) -> None:
        if not params.get("return_url", "").startswith("http"):
            raise invalid("An absolute return_url is needed.", param="return_url")
        found["status"] = "requires_action"
        url = {"url": f"{self._origin}/{page}/{found['id']}", "return_url": params["return_url"]}
        found["next_action"] = {"type": "redirect_to_url", "redirect_to_url": url}
        self._books.tell("payment_intent.requires_action", found)

    def _decline(self, found: Json, behaviour: str) -> None:
        decline = "generic_decline" if behaviour == "declined" else behaviour
        error = {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": decline,
            "message": "Your card was declined.",
        }
        found["last_payment_error"] = error
        found["status"] = "requires_payment_method"
        self._books.tell("payment_intent.payment_failed", found)
        more = {name: value for name, value in error.items() if name not in ("type", "message")}
        raise ApiError(402, "card_error", error["message"], **more, payment_intent=dict(found))

    def _voucher(self, found: Json, params: dict[str, Any]) -> None:
        data = params.get("payment_method_data") or {}
        details = data.get("billing_details") or {}
        if data.get("type") != "konbini" or not details.get("name") or "@" not in details.get("email", ""):
            raise invalid("Konbini needs a name and an email.", param="payment_method_data")
        days = int(
            ((params.get("payment_method_options") or {}).get("konbini") or {}).get("expires_after_days", 3)
        )
        if not 1 <= days <= 60:
            raise invalid("expires_after_days is 1 to 60.", param="payment_method_options")
        due = (dt.datetime.now(TOKYO) + dt.timedelta(days=days)).replace(
            hour=23, minute=59, second=59, microsecond=0
        )
        found["status"] = "requires_action"
        code = {"payment_code": f"{secrets.randbelow(10**11):011}", "confirmation_number": "0312345678"}
        found["next_action"] = {
            "type": "konbini_display_details",
            "konbini_display_details": {
                "expires_at": int(due.timestamp()),
                "hosted_voucher_url": f"{self._origin}/konbini/{found['id']}",
                "stores": dict.fromkeys(("familymart", "lawson", "ministop", "seicomart"), code),
            },
        }
        self._books.tell("payment_intent.requires_action", found)

    def take(self, found: Json) -> None:
        """The bank says yes: taken, or held."""
        manual = found["capture_method"] == "manual"
        details: Json = {"type": found["payment_method_types"][0]}
        if manual:
            details["card"] = {"capture_before": int(time.time()) + HOLD_S}
        charge = self._books.make(
            "charge",
            amount=found["amount"],
            currency=found["currency"],
            payment_intent=found["id"],
            paid=True,
            status="succeeded",
            payment_method=found["payment_method"],
            payment_method_details=details,
            description=found["description"],
            transfer_group=found["transfer_group"],
            metadata=dict(found["metadata"]),
        )
        found |= {"latest_charge": charge["id"], "next_action": None, "last_payment_error": None}
        method = found["payment_method"]
        if found["setup_future_usage"] and found["customer"] and method:
            self._books.get("payment_method", method)["customer"] = found["customer"]
        if manual:
            found |= {"status": "requires_capture", "amount_capturable": found["amount"]}
            self._books.tell("payment_intent.amount_capturable_updated", found)
        else:
            self._captured(found, charge, found["amount"])

    def _captured(self, found: Json, charge: Json, amount: int) -> None:
        charge |= {"captured": True, "amount_captured": amount}
        charge["balance_transaction"] = self._books.moved(charge, amount, "charge", amount * FEE_BP // 10_000)
        found |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        self._books.tell("charge.succeeded", charge)
        self._books.tell("payment_intent.succeeded", found)

    def capture(self, found: Json, params: dict[str, Any]) -> Json:
        known_only(params, "amount_to_capture", "expand")
        if found["status"] != "requires_capture":
            raise invalid(
                f"This PaymentIntent could not be captured because it has a status of {found['status']}.",
                "payment_intent_unexpected_state",
                payment_intent=dict(found),
            )
        amount = amount_of({"amount": params.get("amount_to_capture", found["amount"])})
        if amount > found["amount_capturable"]:
            raise invalid("More than can be captured.", "amount_too_large", param="amount_to_capture")
        self._captured(found, self._books.get("charge", found["latest_charge"]), amount)
        return found

    def cancel(self, found: Json, params: dict[str, Any]) -> Json:
        known_only(params, "cancellation_reason", "expand")
        if found["status"] in ("succeeded", "canceled", "processing"):
            raise invalid(
                f"You cannot cancel this PaymentIntent because it has a status of {found['status']}.",
                "payment_intent_unexpected_state",
                payment_intent=dict(found),
            )
        self.end(found)
        return found

    def end(self, found: Json, reason: str = "requested_by_customer") -> None:
        """Also when an authorisation runs out: ``reason`` automatic."""
        found |= {"status": "canceled", "canceled_at": int(time.time()), "cancellation_reason": reason}
        found |= {"amount_capturable": 0, "next_action": None}
        self._books.tell("payment_intent.canceled", found)

    def fail(self, found: Json, code: str) -> None:
        """The bank's page or the till said no."""
        found["last_payment_error"] = {"type": "invalid_request_error", "code": code, "message": code}
        found |= {"status": "requires_payment_method", "next_action": None}
        self._books.tell("payment_intent.payment_failed", found)
