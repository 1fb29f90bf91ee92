"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

CaptureMode = Literal["automatic", "manual"]
AtExpiry = Literal["cancel", "capture"]
CAPTURES = {"automatic": "With the order", "manual": "Reserved first, taken by staff or on shipping"}
EXPIRIES = {"cancel": "Let it go and cancel the order", "capture": "Take the money"}


class PaymentsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    capture: Annotated[
        CaptureMode,
        Meta(
            title="When cards are charged",
            description="A shop may choose for itself.",
            extra={"labels": CAPTURES},
        ),
    ] = "automatic"
    capture_on_ship: Annotated[
        bool,
        Meta(
            title="Take a reserved amount when the parcel leaves",
            description="Otherwise staff take it before they can ship.",
        ),
    ] = True
    at_expiry: Annotated[
        AtExpiry,
        Meta(
            title="A reservation that is about to end",
            description="Staff are warned two days and one day before; this happens three hours before the end.",
            extra={"labels": EXPIRIES},
        ),
    ] = "cancel"
    seller_fee: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            title="Fee on sales of shops with an account of their own",
            description="What stays here of each order that is passed on.",
            extra={"control": "percent"},
        ),
    ] = 1000
    transfer_after_days: Annotated[
        int,
        Meta(
            ge=0, le=90, title="Days until a shop's share is passed on", description="Counted from the sale."
        ),
    ] = 0
