"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class WebhooksSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tries: Annotated[
        int,
        Meta(
            ge=1,
            le=14,
            title="Tries",
            description="The wait doubles from one minute; 13 tries take about three days.",
        ),
    ] = 13
    off_after_days: Annotated[
        int,
        Meta(
            ge=1,
            le=30,
            title="Days until a failing endpoint is switched off",
            description="Counted from the first failure without a success since. Administrators get a mail.",
        ),
    ] = 5
    keep_days: Annotated[
        int, Meta(ge=1, le=365, title="Days to keep the log", description="Older deliveries are deleted.")
    ] = 30
