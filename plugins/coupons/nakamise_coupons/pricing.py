"""A coupon in the price: what is read of it, and what it then proposes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import LiveOffers
from nakamise.contracts.orders import Orders
from nakamise.contracts.pricing import Adjustment, QuoteDraft, QuoteLine, QuoteRequest
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_coupons import repository
from nakamise_coupons.domain import codes
from nakamise_coupons.domain.rules import Presented, Why, adjustments, judge

INPUT: Final = "coupons.code"


class CouponFacts(msgspec.Struct, frozen=True):
    """A coupon that counts, and the ids of the lines that it is for."""

    coupon: Presented
    covered: tuple[str, ...]


class Judged(msgspec.Struct, frozen=True):
    """``why`` None: it counts for the lines ``covered``. ``coupon`` None: nobody has such a code."""

    coupon: Presented | None
    why: Why | None
    covered: tuple[str, ...] = ()


async def judged(ctx: TenantCtx, tx: Tx, request: QuoteRequest) -> Judged:
    """The code of ``request.inputs`` for these lines; the minimum is left to the price."""
    code = codes.normal(request.inputs.get(INPUT, ""))
    buyer_id = uuid.UUID(request.buyer_id) if request.buyer_id else None
    found = await repository.presented(tx, code, buyer_id)
    if found is None:
        return Judged(None, Why.UNKNOWN)
    why = judge(
        found,
        request.at,
        has_bought=await _has_bought(ctx, tx, found, buyer_id),
        live_in=await _live_in(ctx, tx, found),
    )
    if why is not None:
        return Judged(found, why)
    covered = await _covered(ctx, tx, found, request.lines)
    return Judged(found, None if covered else Why.NOT_THESE, covered)


async def _has_bought(ctx: TenantCtx, tx: Tx, coupon: Presented, buyer_id: uuid.UUID | None) -> bool:
    """A guest is taken for somebody new, until they log in."""
    if not coupon.first_order_only or buyer_id is None:
        return False
    return await ctx.service(Orders).has_bought(tx, buyer_id)


async def _live_in(ctx: TenantCtx, tx: Tx, coupon: Presented) -> frozenset[uuid.UUID]:
    live = ctx.optional_service(LiveOffers) if coupon.broadcast_id else None
    return await live.bought_in(tx) if live else frozenset()


async def _covered(ctx: TenantCtx, tx: Tx, coupon: Presented, lines: Sequence[QuoteLine]) -> tuple[str, ...]:
    scope = await repository.scope_of(tx, coupon.coupon_id)
    if scope.is_open:
        return tuple(line.line_id for line in lines)
    ids = [uuid.UUID(line.product_id) for line in lines]
    facts = await ctx.service(Catalog).facts(tx, ids) if scope.categories else {}
    return tuple(line.line_id for line in lines if scope.covers(line, facts))


async def facts(ctx: TenantCtx, tx: Tx, request: QuoteRequest) -> CouponFacts | None:
    """None without a code, or with one that does not count: the box beside the price says why."""
    if request.for_display or not request.inputs.get(INPUT):
        return None
    found = await judged(ctx, tx, request)
    return CouponFacts(found.coupon, found.covered) if found.coupon and found.why is None else None


def propose(ctx: TenantCtx, draft: QuoteDraft, known: Mapping[str, msgspec.Struct]) -> list[Adjustment]:
    mine = known.get("coupons")
    if not isinstance(mine, CouponFacts):
        return []
    return adjustments(mine.coupon, draft.lines, mine.covered, ctx.locale)
