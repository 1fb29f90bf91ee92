"""What forms and API take about plans."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.plans import ShareKind
from nakamise.plugin import TenantCtx


class OptionInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``times``: 0 ends the option."""

    times: Annotated[int, Meta(ge=0, le=1000)]


class ShareInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``rate_bp`` in 1/100 %; from now on without ``valid_from``."""

    kind: ShareKind
    rate_bp: int
    valid_from: datetime | None = None


class ShareForm(msgspec.Struct, kw_only=True):
    """``rate`` in percent with up to two places; ``day`` of the console's calendar, None: at once."""

    kind: ShareKind
    rate: Annotated[str, Meta(pattern=r"^\d{1,3}(\.\d{1,2})?$")]
    day: date | None = None

    def rate_bp(self) -> int:
        whole, _, rest = self.rate.partition(".")
        return int(whole) * 100 + int(rest.ljust(2, "0"))

    def start(self, ctx: TenantCtx) -> datetime | None:
        if self.day is None or self.day == ctx.now().astimezone(ctx.tenant.zone).date():
            return None
        return datetime.combine(self.day, time(), ctx.tenant.zone)
