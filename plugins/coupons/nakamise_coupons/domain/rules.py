"""When a coupon counts, and what it then proposes."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from nakamise.contracts.catalog import ProductFacts
from nakamise.contracts.pricing import Adjustment, Bearer, DraftLine, Phase, QuoteLine

Kind = Literal["percent", "fixed", "free_shipping"]
_SECOND: Final = timedelta(seconds=1)


class Why(enum.StrEnum):
    """Why a code does not count."""

    UNKNOWN = "unknown"
    STOPPED = "stopped"
    OFF = "off"
    NOT_YET = "not_yet"
    OVER = "over"
    USED_UP = "used_up"
    USED_BY_YOU = "used_by_you"
    CODE_USED = "code_used"
    NOT_FIRST = "not_first"
    NOT_LIVE = "not_live"
    NOT_THESE = "not_these"
    BELOW_MIN = "below_min"
    NO_GAIN = "no_gain"


# Another cart may make these count: the code stays in the cart.
MAY_COUNT_LATER: Final = frozenset((Why.NOT_LIVE, Why.NOT_THESE, Why.BELOW_MIN, Why.NO_GAIN, Why.NOT_YET))


class State(enum.StrEnum):
    """Of a coupon, as staff see it."""

    RUNNING = "running"
    SCHEDULED = "scheduled"
    ENDED = "ended"
    USED_UP = "used_up"
    OFF = "off"
    ARCHIVED = "archived"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a coupon gives and on what condition; amounts are tax-included. ``ends_at``: the last second.
    ``name_en`` "": it has no English name."""

    name: str
    name_en: str
    kind: Kind
    percent: int | None
    amount: int | None
    cap: int | None
    min_goods: int
    total_limit: int | None
    user_limit: int | None
    used: int
    starts_at: datetime | None
    ends_at: datetime | None
    first_order_only: bool
    broadcast_id: uuid.UUID | None
    bearer: Bearer
    is_on: bool
    archived_at: datetime | None

    def name_in(self, locale: str) -> str:
        """For a buyer who reads that language."""
        return self.name_en if locale == "en" and self.name_en else self.name


class Presented(Terms, frozen=True, kw_only=True):
    """A coupon by one of its codes, as one buyer presents it. ``used_by_buyer``: how often so far."""

    coupon_id: uuid.UUID
    code: str
    uses_max: int | None
    code_used: int
    stopped_at: datetime | None
    used_by_buyer: int


class Scope(msgspec.Struct, frozen=True):
    """Ids that a coupon is limited to; empty = not limited in that way."""

    products: frozenset[uuid.UUID] = frozenset()
    categories: frozenset[uuid.UUID] = frozenset()
    shops: frozenset[uuid.UUID] = frozenset()

    @property
    def is_open(self) -> bool:
        return not (self.products or self.categories or self.shops)

    def covers(self, line: QuoteLine, facts: Mapping[uuid.UUID, ProductFacts]) -> bool:
        """Within the shops, if any are named; and one of the products or categories, if any are named."""
        product_id = uuid.UUID(line.product_id)
        if self.shops and uuid.UUID(line.shop_id) not in self.shops:
            return False
        if not self.products and not self.categories:
            return True
        above = facts[product_id].category_ids if product_id in facts else frozenset()
        return product_id in self.products or not self.categories.isdisjoint(above)


def is_over(ends_at: datetime | None, at: datetime) -> bool:
    """The end is part of the time, to the second that is displayed."""
    return ends_at is not None and at >= ends_at.replace(microsecond=0) + _SECOND


def state_of(coupon: Terms, at: datetime) -> State:
    if coupon.archived_at is not None:
        return State.ARCHIVED
    if not coupon.is_on:
        return State.OFF
    if is_over(coupon.ends_at, at):
        return State.ENDED
    if coupon.total_limit is not None and coupon.used >= coupon.total_limit:
        return State.USED_UP
    return State.SCHEDULED if coupon.starts_at is not None and at < coupon.starts_at else State.RUNNING


_STATES: Final = {
    State.ARCHIVED: Why.UNKNOWN,
    State.OFF: Why.OFF,
    State.ENDED: Why.OVER,
    State.USED_UP: Why.USED_UP,
    State.SCHEDULED: Why.NOT_YET,
}


def judge(one: Presented, at: datetime, *, has_bought: bool, live_in: Collection[uuid.UUID]) -> Why | None:
    """Why it does not count for this buyer, whatever is in the cart; None = it does."""
    if why := _STATES.get(state_of(one, at)):
        return why
    if one.stopped_at is not None:
        return Why.STOPPED
    if one.uses_max is not None and one.code_used >= one.uses_max:
        return Why.CODE_USED
    if one.user_limit is not None and one.used_by_buyer >= one.user_limit:
        return Why.USED_BY_YOU
    if one.first_order_only and has_bought:
        return Why.NOT_FIRST
    return Why.NOT_LIVE if one.broadcast_id is not None and one.broadcast_id not in live_in else None


def adjustments(
    one: Presented, lines: Sequence[DraftLine], covered: Collection[str], locale: str
) -> list[Adjustment]:
    """What it takes off the lines with the ids ``covered``; the minimum is judged on these, after time sales.
    ``locale``: the buyer's, for its name."""
    if not covered:
        return []
    reach = () if len(covered) == len(lines) else tuple(sorted(covered))
    if one.kind == "free_shipping":
        return _free_shipping(one, lines, reach, one.name_in(locale))
    return [
        Adjustment(
            phase=Phase.CART,
            code=one.code,
            label=one.name_in(locale),
            amount=-(one.amount or 0),
            rate_bp=(one.percent or 0) * 100,
            cap=one.cap,
            min_goods=one.min_goods,
            line_ids=reach,
            bearer=one.bearer,
            ends_at=one.ends_at,
        )
    ]


def _free_shipping(
    one: Presented, lines: Sequence[DraftLine], reach: tuple[str, ...], label: str
) -> list[Adjustment]:
    """Of everything; or of each shop with something it is for, which then has its own minimum."""
    shops = sorted({line.shop_id for line in lines if line.line_id in reach}) if reach else [None]
    return [
        Adjustment(
            phase=Phase.SHIPPING,
            code=one.code,
            label=label,
            rate_bp=10_000,
            cap=one.cap,
            min_goods=one.min_goods,
            shop_id=shop_id,
            line_ids=reach,
            bearer=one.bearer,
            ends_at=one.ends_at,
        )
        for shop_id in shops
    ]
