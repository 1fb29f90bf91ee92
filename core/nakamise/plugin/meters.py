"""What a plan can limit: how many there are of something, or how many there were in a month."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class Span(msgspec.Struct, frozen=True):
    """From ``start``, up to and without ``end``; both with their time zone."""

    start: datetime
    end: datetime


class MeterUsage(msgspec.Struct, frozen=True, kw_only=True):
    """``most`` None: without end; ``percent`` of it is used, 0 without one. Not ``is_hard``: nothing is refused."""

    used: int
    most: int | None
    is_hard: bool
    percent: int


class Meter(msgspec.Struct, frozen=True):
    """``id`` starts with the plugin's id; ``label`` is a msgid.

    ``period``: None counts what lasts (products), "month" what happens and begins anew each month of the
    tenant's time zone (messages). ``count`` names ``async def (ctx: TenantCtx, tx: Tx, span: Span | None) ->
    int``, which looks how much there really is: of what lasts with ``span`` None, else of what happened in
    it. With ``taken`` the plugin calls ``ctx.take`` before it makes one and ``ctx.give_back`` when one goes,
    and ``count`` mends what drifted; without, ``count`` is all there is, and nothing is refused.
    """

    id: str
    label: str
    period: Literal["month"] | None = None
    unit: Literal["count", "bytes", "yen"] = "count"
    count: str | None = None
    taken: bool = True
