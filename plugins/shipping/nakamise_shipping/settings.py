"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class ShippingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    merge_hours: Annotated[
        int,
        Meta(
            ge=1,
            le=720,
            title="Hours within which orders may share a parcel",
            description="Paid orders of one buyer to one address, from the first to the last.",
        ),
    ] = 72
    start_on_export: Annotated[
        bool,
        Meta(
            title="Writing a carrier's file begins the work on its orders",
            description="Buyers cannot cancel them any more.",
        ),
    ] = True
