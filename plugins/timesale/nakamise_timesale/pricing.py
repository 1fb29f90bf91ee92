"""Sales in the price: what runs for these lines, whose regular price is proven, and what is proposed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.contracts.catalog import Comparison, Doubt, PriceHistory
from nakamise.contracts.live import LiveOffers
from nakamise.contracts.pricing import Adjustment, QuoteDraft, QuoteLine, QuoteRequest
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_timesale import quiet, repository
from nakamise_timesale.domain.rules import RunningItem, proof_key, proposals
from nakamise_timesale.repository import Lowered

# The rule looks back eight weeks from the start of a sale, which may be long ago.
_SINCE: Final = timedelta(weeks=9)
Pair = tuple[RunningItem, uuid.UUID]


class SaleFacts(msgspec.Struct, frozen=True):
    """What runs for the lines, and for which (item, variant) the regular price may be struck through."""

    items: list[RunningItem]
    proven: frozenset[str]


async def running(
    ctx: TenantCtx, tx: Tx, product_ids: Sequence[uuid.UUID], at: datetime, buyer_id: uuid.UUID | None
) -> list[RunningItem]:
    """What runs for these products now, named in the language of ``ctx``; what is bound to a broadcast only while that is on the air."""
    items = await repository.running(tx, product_ids, at, buyer_id, ctx.locale)
    bound = {one.broadcast_id for one in items if one.broadcast_id}
    if not bound:
        return items
    live = ctx.optional_service(LiveOffers)
    on_air = await live.on_air(tx, sorted(bound)) if live else frozenset()
    return [one for one in items if one.broadcast_id is None or one.broadcast_id in on_air]


async def facts(ctx: TenantCtx, tx: Tx, request: QuoteRequest) -> SaleFacts | None:
    if request.for_display and await quiet.may_skip(ctx, request.at):
        return None
    ids = list({uuid.UUID(line.product_id) for line in request.lines})
    buyer_id = uuid.UUID(request.buyer_id) if request.buyer_id else None
    items = await running(ctx, tx, ids, request.at, buyer_id)
    if not items:
        if request.for_display:
            await quiet.note(ctx, tx, request.at)
        return None
    pairs = [(item, uuid.UUID(line.variant_id)) for item in items for line in _lines_of(item, request.lines)]
    doubts = await doubts_of(ctx, tx, pairs, request.at)
    proven = frozenset(
        proof_key(item.item_id, str(variant_id))
        for (item, variant_id), doubt in zip(pairs, doubts, strict=True)
        if doubt == ""
    )
    return SaleFacts(items, proven)


def _lines_of(item: RunningItem, lines: Iterable[QuoteLine]) -> Iterable[QuoteLine]:
    return (line for line in lines if item.is_for(line.product_id, line.variant_id))


async def doubts_of(ctx: TenantCtx, tx: Tx, pairs: Sequence[Pair], now: datetime) -> Sequence[Doubt]:
    """Why the regular price may not be struck through, for each (item, variant); "" = it may.

    A sale whose end is announced is judged at its start, one without an end again and again.
    """
    history = ctx.optional_service(PriceHistory)
    if history is None:
        never: list[Doubt] = ["never"]
        return never * len(pairs)
    since = min((item.starts_at for item, _ in pairs), default=now) - _SINCE
    known = await repository.lowered(tx, list({item.product_id for item, _ in pairs}), since)
    return await history.doubts(tx, [_comparison(item, variant_id, known, now) for item, variant_id in pairs])


def _comparison(
    item: RunningItem, variant_id: uuid.UUID, known: Sequence[Lowered], now: datetime
) -> Comparison:
    at = item.starts_at if item.ends_at is not None else max(now, item.starts_at)
    lowered = tuple(
        (one.from_at, min(one.to_at or at, at))
        for one in known
        if one.product_id == item.product_id and one.variant_id in (None, variant_id) and one.from_at < at
    )
    return Comparison(variant_id=variant_id, at=at, lowered=lowered)


def propose(draft: QuoteDraft, known: Mapping[str, msgspec.Struct]) -> list[Adjustment]:
    mine = known.get("timesale")
    return proposals(mine.items, draft.lines, mine.proven) if isinstance(mine, SaleFacts) else []
