"""The list of transfers that staff work through."""

from __future__ import annotations

import enum
import re
import uuid
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.db import Tx
from nakamise.japan import fold
from nakamise.plugin import TenantCtx
from nakamise.web import Paged
from nakamise_payments_manual.books import ENTRIES, OWED, Entry

PAGE_SIZE: Final = 50


class Stage(enum.StrEnum):
    """OWED: staff have something to send back. ENDED: cancelled or too late, with nothing to do."""

    AWAITED = "awaited"
    OWED = "owed"
    PAID = "paid"
    ENDED = "ended"


_STAGE: Final = (
    f"CASE WHEN state = 'requires_action' THEN 'awaited' WHEN {OWED} > 0 THEN 'owed'"
    " WHEN state = 'succeeded' THEN 'paid' ELSE 'ended' END"
)
# A number, an amount, a part of a name or of an order's number.
_MATCHES: Final = (
    "number <> '' AND ($1 = '' OR strpos(search, $1) > 0"
    " OR ($2::bigint IS NOT NULL AND (number = $2::text OR $2 IN (amount, amount - received + returned))))"
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The list's filter, as in its address; ``page`` counts from 1."""

    stage: Stage = Stage.AWAITED
    q: Annotated[str, Meta(max_length=100)] = ""
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class Transfers(Paged, frozen=True, kw_only=True):
    """One page of them; ``counts`` are what each stage would show for the same words."""

    items: list[Entry]
    counts: dict[str, int]


class _Count(msgspec.Struct, frozen=True):
    stage: str
    count: int


async def transfers(tx: Tx, wanted: Wanted) -> Transfers:
    """The ones that are due first come first."""
    words = _words(wanted.q)
    counts = await tx.all(
        _Count,
        f"SELECT {_STAGE} AS stage, count(*)::int AS count FROM payments_manual_charge"  # noqa: S608
        f" WHERE {_MATCHES} GROUP BY 1",
        *words,
    )
    by_stage = {one.stage: one.count for one in counts}
    order = "due_at, created_at" if wanted.stage is Stage.AWAITED else "due_at DESC, created_at DESC"
    items = await tx.all(
        Entry,
        f"{ENTRIES} WHERE {_MATCHES} AND {_STAGE} = $3 ORDER BY {order}, key LIMIT $4 OFFSET $5",
        *(*words, wanted.stage, PAGE_SIZE, (wanted.page - 1) * PAGE_SIZE),
    )
    total = by_stage.get(wanted.stage, 0)
    return Transfers(items=items, total=total, page=wanted.page, page_size=PAGE_SIZE, counts=by_stage)


def _words(q: str) -> tuple[str, int | None]:
    """(folded, as a number): ¥5,000 and ５０００ are 5000."""
    folded = fold(q)
    digits = re.sub(r"[¥\\,円\s]", "", folded)
    return folded, int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else None


async def owed(tx: Tx) -> int:
    """How many transfers have something to send back."""
    return int(
        await tx.value(
            f"SELECT count(*) FROM payments_manual_charge WHERE state <> 'requires_action' AND {OWED} > 0"  # noqa: S608
        )
    )


async def orders_of(ctx: TenantCtx, tx: Tx, entry: Entry) -> dict[str, uuid.UUID]:
    """The ids of what is paid for, by number; none without a shop."""
    orders = ctx.optional_service(Orders)
    numbers = tuple(one for one in entry.description.split(", ") if one)
    if orders is None or not numbers:
        return {}
    return {one.number: one.id for one in await orders.find(tx, OrderQuery(numbers=numbers))}
