"""Who takes limited things of plugins (coupons, a sale's pieces) in which order, so that no two wait in a ring.

One purchase takes them in a fixed order, so purchases pass each other. A batch takes those of many purchases in
the order of arrival, and plugins know best which rows that locks: so it has a tenant's limited things to itself
until it commits, which is no longer than it would have the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from nakamise.db import Tx

if TYPE_CHECKING:
    from nakamise_shop.checkout.intent import Intent

_LIMITED: Final = "shop.limited"


async def to_take(tx: Tx, intents: Sequence[Intent]) -> None:
    """Before plugins take anything, after counters. Costs nothing where no plugin lowered a price."""
    if intents[0].ctx.lineup.has("checkout_commit") and any(one.now.quote.applied for one in intents):
        await tx.turn(_LIMITED, shared=len(intents) == 1)


async def for_one(tx: Tx) -> None:
    """Before plugins take something for one purchase, or get it back."""
    await tx.turn(_LIMITED, shared=True)
