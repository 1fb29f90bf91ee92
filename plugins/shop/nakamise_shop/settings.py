"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise_shop.domain.order_number import NumberFormat


class ShopSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    page_size: Annotated[
        int,
        Meta(ge=8, le=96, title="Products on a page", description="How many products a list shows at once."),
    ] = 24
    low_stock_from: Annotated[
        int, Meta(ge=0, le=100, title="Show remaining stock below", description="0 hides the number.")
    ] = 10
    hold_minutes: Annotated[
        int,
        Meta(
            ge=5,
            le=1440,
            title="Minutes to pay",
            description="An unpaid order gives its stock back after this.",
        ),
    ] = 30
    show_order_count: Annotated[bool, Meta(title="Show the number of orders on a shop's page")] = True
    cancellable: Annotated[
        Literal["pending", "until_processing"],
        Meta(
            title="Buyers may cancel",
            description="Until paid, or until the shop starts to process the order.",
            extra={
                "labels": {
                    "pending": "Until they paid",
                    "until_processing": "Until the shop starts to process the order",
                }
            },
        ),
    ] = "until_processing"
    close_after_days: Annotated[
        int,
        Meta(
            ge=8,
            le=365,
            title="Days until an order is closed",
            description="Counted from the arrival of the last parcel; refunds stay possible afterwards.",
        ),
    ] = 60
    order_number_date: Annotated[
        Literal["full", "short"],
        Meta(
            title="Date in order numbers",
            extra={"labels": {"full": "Four digits of the year", "short": "Two digits of the year"}},
        ),
    ] = "full"
    order_number_digits: Annotated[
        int, Meta(ge=3, le=8, title="Digits of the day's count in order numbers")
    ] = 4
    ask_note: Annotated[
        bool, Meta(title="Ask for a note at checkout", description="Buyers may write to the shop.")
    ] = True
    note_label: Annotated[
        str, Meta(max_length=40, title="Label of the note", description="Empty: 備考 / Note to the shop.")
    ] = ""
    note_length: Annotated[int, Meta(ge=20, le=500, title="Longest note, in characters")] = 300
    ask_gift: Annotated[
        bool,
        Meta(title="Ask whether it is a gift", description="The slip in the parcel then shows no prices."),
    ] = True
    notify_shop: Annotated[
        bool,
        Meta(title="Mail the shop about paid orders", description="To the address of its legal notice."),
    ] = True


def number_format(settings: ShopSettings) -> NumberFormat:
    """How order numbers are written."""
    return NumberFormat(short_date=settings.order_number_date == "short", digits=settings.order_number_digits)
