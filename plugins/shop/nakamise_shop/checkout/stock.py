"""Taking and returning stock: conditional updates, in the order of the keys, last in a transaction."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.web import N_
from nakamise_shop.catalog import stock_log


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


class Left(msgspec.Struct, frozen=True):
    """What can be sold of a variant, as far as a reader sees; ``at`` is the transaction's time."""

    variant_id: uuid.UUID
    left: int
    at: datetime


async def left(tx: Tx, variant_ids: Iterable[uuid.UUID]) -> list[Left]:
    """Without waiting: whoever wants some must still ``reserve`` it."""
    return await tx.all(
        Left,
        "SELECT variant_id, on_hand - reserved AS left, now() AS at FROM shop_stock WHERE variant_id = ANY($1)",
        list(variant_ids),
    )


class _Taken(msgspec.Struct, frozen=True):
    variant_id: uuid.UUID
    was_last: bool


async def reserve(tx: Tx, wants: Iterable[Wants]) -> None:
    """One update for all that is wanted of a variant. Raises SoldOut: then the whole transaction must fail."""
    wants = list(wants)
    sums = _sorted(wants)
    if len(sums) > 1:
        # In the order of the keys, which the update does not promise.
        await tx.execute(
            "SELECT FROM shop_stock WHERE variant_id = ANY($1) ORDER BY variant_id FOR NO KEY UPDATE",
            list(sums),
        )
    taken = await tx.all(
        _Taken,
        "UPDATE shop_stock s SET reserved = reserved + w.qty, updated_at = now()"
        " FROM unnest($1::uuid[], $2::int[]) AS w (variant_id, qty)"
        " WHERE s.variant_id = w.variant_id AND s.on_hand - s.reserved >= w.qty"
        " RETURNING s.variant_id, s.on_hand <= s.reserved AS was_last",
        *(list(sums), list(sums.values())),
    )
    if len(taken) < len(sums):
        found = {one.variant_id for one in taken}
        raise SoldOut(next(one.name for one in wants if one.variant_id not in found))
    await stock_log.turned(tx, [one.variant_id for one in taken if one.was_last], sold_out=True)


async def release(tx: Tx, wants: Iterable[Wants]) -> None:
    """Give reserved stock back. Raises StockBroken."""
    for variant_id, qty in _sorted(wants).items():
        is_first = await tx.value(
            "UPDATE shop_stock SET reserved = reserved - $2, updated_at = now()"
            " WHERE variant_id = $1 AND reserved >= $2 RETURNING on_hand - reserved = $2",
            *(variant_id, qty),
        )
        if is_first is None:
            raise StockBroken(f"{qty} of {variant_id} were not reserved")
        await stock_log.turned(tx, [variant_id] if is_first else [], sold_out=False)


async def put_back(tx: Tx, wants: Iterable[Wants]) -> None:
    """Goods that had left came back and can be sold again. Raises StockBroken."""
    for variant_id, qty in _sorted(wants).items():
        is_first = await tx.value(
            "UPDATE shop_stock SET on_hand = on_hand + $2, updated_at = now() WHERE variant_id = $1"
            " RETURNING on_hand - reserved = $2",
            *(variant_id, qty),
        )
        if is_first is None:
            raise StockBroken(f"{variant_id} has no stock to come back to")
        await stock_log.turned(tx, [variant_id] if is_first else [], sold_out=False)


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
