"""When a sale runs, and what it then proposes for a cart."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.contracts.pricing import Adjustment, DraftLine, Phase

# Sales and live prices do not add up: of those for one line the best for the buyer counts.
GROUP: Final = "unit_price"
_SECOND: Final = timedelta(seconds=1)


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """``ends_at`` is the last second; ``stopped_at`` the moment somebody ended it."""

    starts_at: datetime | None
    ends_at: datetime | None
    stopped_at: datetime | None
    broadcast_id: uuid.UUID | None
    archived_at: datetime | None


class State(enum.StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    ENDED = "ended"
    ARCHIVED = "archived"


def end_of(sale: Times) -> datetime | None:
    """The moment from which it no longer runs; None = none is known."""
    ends = [sale.ends_at.replace(microsecond=0) + _SECOND] if sale.ends_at else []
    if sale.stopped_at is not None:
        ends.append(sale.stopped_at)
    return min(ends) if ends else None


def state_of(sale: Times, at: datetime) -> State:
    if sale.archived_at is not None:
        return State.ARCHIVED
    if sale.starts_at is None:
        return State.DRAFT
    end = end_of(sale)
    if end is not None and at >= end:
        return State.ENDED
    return State.RUNNING if at >= sale.starts_at else State.SCHEDULED


class RunningItem(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a sale that runs. ``left``: pieces that this buyer may still have at the price; None = any number.
    ``pieces`` are left for all together, ``per_person`` may be had by each."""

    item_id: uuid.UUID
    sale_id: uuid.UUID
    name: str
    product_id: uuid.UUID
    variant_id: uuid.UUID | None
    price: int | None
    percent: int | None
    left: int | None
    starts_at: datetime
    ends_at: datetime | None
    broadcast_id: uuid.UUID | None
    pieces: int | None = None
    per_person: int | None = None

    def is_for(self, product_id: str, variant_id: str) -> bool:
        if str(self.product_id) != product_id:
            return False
        return self.variant_id is None or str(self.variant_id) == variant_id


def proof_key(item_id: uuid.UUID, variant_id: str) -> str:
    return f"{item_id}/{variant_id}"


def proposals(
    items: Sequence[RunningItem], lines: Sequence[DraftLine], proven: Collection[str]
) -> list[Adjustment]:
    """A line gets the price whole or not at all: what is left of an item is given to the earlier lines."""
    found = []
    for item in items:
        left = item.left
        for line in lines:
            if not item.is_for(line.product_id, line.variant_id) or (left is not None and line.qty > left):
                continue
            adjustment = _lowered(item, line, is_proven=proof_key(item.item_id, line.variant_id) in proven)
            if adjustment is None:
                continue
            left = None if left is None else left - line.qty
            found.append(adjustment)
    return found


def lowered_to(item: RunningItem, regular: int) -> int:
    """What one costs in the sale, as the pricing makes it: never more than ``regular``, the reduction rounded down."""
    if item.price is not None:
        return min(item.price, regular)
    return regular - regular * (item.percent or 0) // 100


def _lowered(item: RunningItem, line: DraftLine, *, is_proven: bool) -> Adjustment | None:
    """None where the sale is no gain."""
    amount = item.price - line.list_amount if item.price is not None else 0
    if item.price is not None and amount >= 0:
        return None
    return Adjustment(
        phase=Phase.UNIT,
        code=str(item.item_id),
        label=item.name,
        amount=amount,
        rate_bp=(item.percent or 0) * 100,
        line_id=line.line_id,
        exclusive_group=GROUP,
        ends_at=item.ends_at,
        was_proven=is_proven,
    )
