"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class SocialSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    page_size: Annotated[int, Meta(ge=5, le=100, title="Entries on a page")] = 20
    mails: Annotated[
        bool,
        Meta(
            title="Offer mails about starting broadcasts",
            description="Only those who agree get them. Off: nobody does.",
        ),
    ] = True
