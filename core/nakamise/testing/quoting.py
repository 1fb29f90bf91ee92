"""What plugins propose for a cart, without a shop: the two pricing hooks as the host asks them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.pricing import Adjustment, DraftLine, QuoteDraft, QuoteLine, QuoteRequest
from nakamise.plugin.context import TenantCtx

SHOP: Final = str(uuid.UUID(int=1))
PRODUCT: Final = str(uuid.UUID(int=2))
VARIANT: Final = str(uuid.UUID(int=3))
_DAY: Final = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)


class Proposals(msgspec.Struct, frozen=True):
    """``adjustments`` by plugin id; ``failed`` says why a plugin was left out. Nothing is applied yet."""

    draft: QuoteDraft
    adjustments: Mapping[str, Sequence[Adjustment]]
    failed: Mapping[str, Exception]


async def proposals(
    ctx: TenantCtx, lines: Sequence[tuple[int, int]], inputs: Mapping[str, str], at: dt.datetime = _DAY
) -> Proposals:
    draft = draft_of(lines, inputs, at)
    async with ctx.read() as tx:
        asked = await ctx.lineup.call("price_facts", ctx=ctx, tx=tx, request=draft.request)
    told = ctx.lineup.call_sync("price_adjust", ctx=ctx, draft=draft, facts=asked.by_plugin())
    return Proposals(draft, told.by_plugin(), dict([*asked.failed, *told.failed]))


def draft_of(
    lines: Sequence[tuple[int, int]], inputs: Mapping[str, str] | None = None, at: dt.datetime = _DAY
) -> QuoteDraft:
    """Of ``lines`` (tax-included price, quantity) of one shop at the standard rate, named "0", "1", …"""
    drawn = tuple(_line(number, price, qty) for number, (price, qty) in enumerate(lines))
    known = [field.name for field in msgspec.structs.fields(QuoteLine)]
    asked = tuple(QuoteLine(**{name: getattr(one, name) for name in known}) for one in drawn)
    request = QuoteRequest(lines=asked, at=at, tax_date=at.date(), inputs=dict(inputs or {}))
    return QuoteDraft(request=request, lines=drawn)


def _line(number: int, price: int, qty: int) -> DraftLine:
    return DraftLine(
        line_id=str(number),
        shop_id=SHOP,
        product_id=PRODUCT,
        variant_id=VARIANT,
        qty=qty,
        list_amount=price,
        tax_class="standard",
        tax_rate_bp=1000,
        reduced=False,
    )
