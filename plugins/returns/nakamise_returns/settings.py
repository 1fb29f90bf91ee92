"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class ReturnsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days_to_send: Annotated[
        int,
        Meta(
            ge=1,
            le=90,
            title="Days to send the goods",
            description="An approved return without a parcel is closed after this.",
        ),
    ] = 14
