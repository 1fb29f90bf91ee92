"""Taking and returning stock: conditional updates, in the order of the keys, last in a transaction."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.web import N_


class Wants(msgspec.Struct, frozen=True):
    """So many of a variant; ``name`` is for the message when there are not enough."""

    variant_id: uuid.UUID
    qty: int
    name: str = ""


class SoldOut(Conflict):
    """Somebody else was faster; nothing was placed and nothing charged."""

    default_code = "sold_out"

    def __init__(self, name: str) -> None:
        super().__init__(
            N_("%(name)s is out of stock. Nothing was ordered or charged."),
            domain="shop",
            params={"name": name},
        )


class StockBroken(Exception):
    """Reserved stock is missing: a fault of ours, never of a buyer."""


async def reserve(tx: Tx, wants: Iterable[Wants]) -> None:
    """Raises SoldOut: then the whole transaction must fail."""
    wants = list(wants)
    names = {one.variant_id: one.name for one in wants}
    for variant_id, qty in _sorted(wants).items():
        await tx.must_touch_one(
            SoldOut(names[variant_id]),
            "UPDATE shop_stock SET reserved = reserved + $2, updated_at = now()"
            " WHERE variant_id = $1 AND on_hand - reserved >= $2",
            *(variant_id, qty),
        )


async def release(tx: Tx, wants: Iterable[Wants]) -> None:
    """Give reserved stock back. Raises StockBroken."""
    for variant_id, qty in _sorted(wants).items():
        touched = await tx.execute(
            "UPDATE shop_stock SET reserved = reserved - $2, updated_at = now()"
            " WHERE variant_id = $1 AND reserved >= $2",
            *(variant_id, qty),
        )
        if touched != 1:
            raise StockBroken(f"{qty} of {variant_id} were not reserved")


async def consume(tx: Tx, wants: Iterable[Wants]) -> None:
    """Reserved stock leaves the house. Raises StockBroken."""
    for variant_id, qty in _sorted(wants).items():
        touched = await tx.execute(
            "UPDATE shop_stock SET reserved = reserved - $2, on_hand = on_hand - $2, updated_at = now()"
            " WHERE variant_id = $1 AND reserved >= $2 AND on_hand >= $2",
            *(variant_id, qty),
        )
        if touched != 1:
            raise StockBroken(f"{qty} of {variant_id} were not reserved")


def _sorted(wants: Iterable[Wants]) -> Mapping[uuid.UUID, int]:
    """One entry per variant, so that two lines of one cart cannot both pass on the same piece."""
    sums: Counter[uuid.UUID] = Counter()
    for one in wants:
        sums[one.variant_id] += one.qty
    return dict(sorted(sums.items()))
