"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


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
