"""What goes back and on: refunds, disputes, accounts, transfers."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

from tests.plugins.payments_stripe.stripe_server.books import Books, Json
from tests.plugins.payments_stripe.stripe_server.refusals import amount_of, invalid, known_only

DISPUTE_FEE: Final = 1300
# So many reversals Stripe shows in their transfer; all of them are a list of their own.
EMBEDDED: Final = 10


class Moves:
    """``slow_banks``: refunds are pending until ``bounce`` or ``arrive``."""

    def __init__(self, books: Books, origin: str) -> None:
        self._books = books
        self._origin = origin
        self.slow_banks = False

    def refund(self, params: dict[str, Any]) -> Json:
        """Never more than is left, never of what cannot be refunded, never while a dispute is open."""
        known_only(params, "payment_intent", "amount", "metadata", "reason", "expand")
        intent = self._books.get("payment_intent", str(params.get("payment_intent", "")))
        if intent["status"] != "succeeded":
            raise invalid("This PaymentIntent does not have a successful charge to refund.")
        if "konbini" in intent["payment_method_types"]:
            raise invalid("Refunds are not supported for this payment method.", "refund_not_supported")
        charge = self._books.get("charge", intent["latest_charge"])
        if charge["disputed"]:
            raise invalid("Charge has been charged back.", "charge_disputed")
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = amount_of(params) if "amount" in params else left
        if left == 0:
            raise invalid("Charge has already been refunded.", "charge_already_refunded")
        if amount > left:
            raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount ({left}).")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        made = self._books.make(
            "refund",
            amount=amount,
            currency="jpy",
            charge=charge["id"],
            payment_intent=intent["id"],
            status="pending" if self.slow_banks else "succeeded",
            metadata=dict(params.get("metadata") or {}),
        )
        made["balance_transaction"] = self._books.moved(made, -amount, "refund")
        self._books.tell("refund.created", made)
        return made

    def bounce(self, refund: Json) -> None:
        """The bank sends a refund back, days later; every way of telling it is used, as Stripe does."""
        refund["status"] = "failed"
        self._books.get("charge", refund["charge"])["amount_refunded"] -= refund["amount"]
        self._books.moved(refund, refund["amount"], "refund_failure")
        for type_ in ("refund.updated", "charge.refund.updated", "refund.failed"):
            self._books.tell(type_, refund)

    def arrive(self, refund: Json) -> None:
        """What was pending reaches the buyer."""
        refund["status"] = "succeeded"
        for type_ in ("refund.updated", "charge.refund.updated"):
            self._books.tell(type_, refund)

    def dispute(self, intent: Json, part: int | None = None) -> Json:
        """The buyer's bank takes the money back for now, all of it or a part."""
        charge = self._books.get("charge", intent["latest_charge"])
        charge["disputed"] = True
        amount = part or charge["amount_captured"]
        made = self._books.make(
            "dispute",
            amount=amount,
            currency="jpy",
            charge=charge["id"],
            payment_intent=intent["id"],
            status="needs_response",
            reason="fraudulent",
            evidence_details={"due_by": int(time.time()) + 7 * 86_400, "has_evidence": False},
        )
        self._adjust(made, -amount, "dispute", DISPUTE_FEE)
        self._books.tell("charge.dispute.created", made)
        return made

    def _adjust(self, dispute: Json, amount: int, category: str, fee: int) -> None:
        moved = self._books.objects[self._books.moved(dispute, amount, "adjustment", fee)]
        moved["reporting_category"] = category

    def payout(self, amount: int, moment: int | None = None) -> Json:
        """To the bank account; ``moment`` in seconds, now without one."""
        made = self._books.objects[
            self._books.moved({"id": f"po_{secrets.token_hex(8)}", "currency": "jpy"}, -amount, "payout")
        ]
        if moment is not None:
            made["created"] = moment
        return made

    def close(self, dispute: Json, status: str) -> None:
        """``won`` or ``lost``."""
        dispute["status"] = status
        if status == "won":
            self._books.get("charge", dispute["charge"])["disputed"] = False
            self._adjust(dispute, dispute["amount"], "dispute_reversal", 0)
        self._books.tell("charge.dispute.closed", dispute)

    def account(self, params: dict[str, Any]) -> Json:
        known_only(params, "country", "controller", "capabilities", "metadata", "email", "expand")
        if params.get("country", "JP") != "JP":
            raise invalid("Not a country of this server", "country_unsupported", param="country")
        controller = params.get("controller") or {}
        known_only(controller, "fees", "losses", "requirement_collection", "stripe_dashboard")
        if controller.get("stripe_dashboard", {}).get("type", "full") not in ("express", "full", "none"):
            raise invalid("No such dashboard", param="controller[stripe_dashboard][type]")
        return self._books.make(
            "account",
            country=params.get("country", "JP"),
            default_currency="jpy",
            capabilities={"transfers": "inactive"},
            controller=dict(params.get("controller") or {}),
            metadata=dict(params.get("metadata") or {}),
            requirements={"currently_due": ["external_account", "tos_acceptance.date"], "errors": []},
            type="none",
        )

    def onboard(self, account: Json) -> None:
        """The seller filled everything in."""
        account |= {"details_submitted": True, "payouts_enabled": True, "charges_enabled": True}
        account["capabilities"] = {"transfers": "active"}
        account["requirements"] = {"currently_due": [], "errors": []}
        self._books.tell("account.updated", account)

    def link(self, params: dict[str, Any]) -> Json:
        known_only(params, "account", "type", "refresh_url", "return_url", "expand")
        account = self._books.get("account", str(params.get("account", "")))
        for name in ("refresh_url", "return_url"):
            if not str(params.get(name, "")).startswith("http"):
                raise invalid("Not a valid URL", "url_invalid", param=name)
        return self._books.make(
            "account_link",
            url=f"{self._origin}/setup/{account['id']}",
            expires_at=int(time.time()) + 300,
        )

    def transfer(self, params: dict[str, Any]) -> Json:
        known_only(
            *(
                params,
                "amount",
                "currency",
                "destination",
                "source_transaction",
                "transfer_group",
                "metadata",
            ),
            *("description", "expand"),
        )
        amount = amount_of(params)
        account = self._books.get("account", str(params.get("destination", "")))
        if account["capabilities"].get("transfers") != "active":
            raise invalid(
                "The destination needs the capability transfers.", "insufficient_capabilities_for_transfer"
            )
        source = self._source_of(params, amount)
        made = self._books.make(
            "transfer",
            amount=amount,
            currency="jpy",
            destination=account["id"],
            source_transaction=source["id"] if source else None,
            transfer_group=params.get("transfer_group") or (source or {}).get("transfer_group"),
            metadata=dict(params.get("metadata") or {}),
        )
        made["reversals"] = self._embedded(made)
        made["balance_transaction"] = self._books.moved(made, -amount, "transfer")
        self._books.tell("transfer.created", made)
        return made

    def _source_of(self, params: dict[str, Any], amount: int) -> Json | None:
        """The charge that a transfer is of; without one it is of the balance. Raises ApiError."""
        if "source_transaction" not in params:
            return None
        charge = self._books.get("charge", str(params["source_transaction"]))
        given = sum(
            one["amount"] - one["amount_reversed"]
            for one in self._books.all("transfer")
            if one["source_transaction"] == charge["id"]
        )
        if given + amount > charge["amount_captured"]:
            raise invalid("More than the source charge has.", "balance_insufficient")
        return charge

    def reverse(self, transfer: Json, params: dict[str, Any]) -> Json:
        known_only(params, "amount", "metadata", "description", "expand")
        amount = amount_of(params)
        if amount > transfer["amount"] - transfer["amount_reversed"]:
            raise invalid("More than is left of the transfer.")
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        made = self._books.make(
            "transfer_reversal",
            amount=amount,
            currency="jpy",
            transfer=transfer["id"],
            metadata=dict(params.get("metadata") or {}),
        )
        made["balance_transaction"] = self._books.moved(made, amount, "transfer_refund")
        transfer["reversals"] = self._embedded(transfer)
        self._books.tell("transfer.reversed", transfer)
        return made

    def _embedded(self, transfer: Json) -> Json:
        found = self.reversals(transfer)
        url = f"/v1/transfers/{transfer['id']}/reversals"
        return {
            "object": "list",
            "data": found[:EMBEDDED],
            "has_more": len(found) > EMBEDDED,
            "url": url,
        }

    def reversals(self, transfer: Json) -> list[Json]:
        """All of one transfer, the newest first."""
        return [one for one in self._books.all("transfer_reversal") if one["transfer"] == transfer["id"]]
