"""What the server knows: objects by id, events, and the balance."""

from __future__ import annotations

import copy
import json
import secrets
import time
from pathlib import Path
from typing import Any, Final

from tests.plugins.payments_stripe.stripe_server.refusals import missing

Json = dict[str, Any]
SHAPES: Final[dict[str, dict[str, str]]] = json.loads((Path(__file__).parent / "shapes.json").read_text())
PREFIXES: Final = {
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "dispute": "dp",
    "transfer": "tr",
    "transfer_reversal": "trr",
    "customer": "cus",
    "payment_method": "pm",
    "account": "acct",
    "balance_transaction": "txn",
    "event": "evt",
}
_EMPTY: Final[dict[str, Any]] = {
    "flag": False,
    "list": [],
    "object": None,
    "null": None,
    "text": None,
    "number": 0,
}
# 3.6 %, as in Japan.
FEE_BP: Final = 360


class Books:
    def __init__(self) -> None:
        self.objects: dict[str, Json] = {}
        self.events: list[Json] = []

    def make(self, kind: str, object_id: str | None = None, **values: Any) -> Json:
        """With every field that Stripe's sample has."""
        made = {name: copy.deepcopy(_EMPTY[type_]) for name, type_ in SHAPES[kind].items()}
        made |= {"object": kind, "created": int(time.time()), "livemode": False}
        made |= {"metadata": {}} if "metadata" in made else {}
        made = {name: value for name, value in made.items() if name in SHAPES[kind]}
        if kind in PREFIXES:
            made["id"] = object_id or f"{PREFIXES[kind]}_{secrets.token_hex(12)}"
            self.objects[made["id"]] = made
        unknown = set(values) - set(SHAPES[kind])
        assert not unknown, f"{kind} has no {unknown}"
        made.update(values)
        return made

    def get(self, kind: str, object_id: str) -> Json:
        """Raises ApiError 404."""
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind, object_id)
        return found

    def all(self, kind: str) -> list[Json]:
        """The newest first."""
        return [one for one in reversed(self.objects.values()) if one["object"] == kind]

    def tell(self, type_: str, about: Json) -> Json:
        """An event with a copy of the object as it is now."""
        event = self.make(
            "event",
            type=type_,
            data={"object": copy.deepcopy(about)},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
            api_version="2026-10-28.endive",
        )
        self.events.append(event)
        return event

    def moved(self, source: Json, amount: int, type_: str, fee: int = 0) -> str:
        """A balance transaction; its id."""
        made = self.make(
            "balance_transaction",
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=source["currency"],
            source=source["id"],
            type=type_,
            status="available",
            available_on=int(time.time()),
            reporting_category=type_,
            balance_type="payments",
        )
        return str(made["id"])
