"""Which units of which orders a chargeback is about: the bank names an amount and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.money import unit_refund

# Sums that are tried before the nearest answer is good enough.
MOST_SUMS: Final = 20_000


class OpenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was paid with ``cash`` in all; ``before`` of its ``qty`` units went back already."""

    line_no: int
    qty: int
    before: int
    cash: int

    def back(self, units: int) -> int:
        """What so many more units give back."""
        return unit_refund(self.cash, self.qty, self.before, units)

    @property
    def left(self) -> int:
        """Units."""
        return self.qty - self.before


class OpenOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What can still go back of an order; ``shipping`` is 0 once it went back. ``kept`` was kept back of earlier
    refunds and is still here; ``postage`` is its part for sending goods back."""

    order_id: uuid.UUID
    lines: tuple[OpenLine, ...]
    shipping: int
    kept: int = 0
    postage: int = 0

    @property
    def left(self) -> int:
        return self.shipping + self.kept + sum(line.back(line.left) for line in self.lines)

    def postage_in(self, taken: int) -> int:
        """Of so much of ``kept``: what was kept of the price goes first."""
        return max(0, taken - (self.kept - self.postage))


class ChargedBack(msgspec.Struct, frozen=True, kw_only=True):
    """``units`` by line number. ``with_shipping`` None: with the last unit. ``deduction``: the bank took that much
    less than they cost; below zero, that much of what had been kept back, with ``postage`` in it (0 or below)."""

    order_id: uuid.UUID
    units: Mapping[int, int]
    with_shipping: bool | None
    deduction: int = 0
    postage: int = 0


def charged_back(orders: Sequence[OpenOrder], amount: int) -> list[ChargedBack]:
    """The orders that ``amount`` is about: all of it that is left, and never more.

    Everything when it covers everything; else the orders that add up to it exactly, or the units of one order that
    do, where need be with what had been kept back; else the largest orders that fit in it, and of one more the units
    that add up to the rest, or the fewest that cover it.
    """
    paid = [order for order in orders if order.left]
    if amount >= sum(order.left for order in paid):
        return all_of(paid)
    chosen = _nearest([(0, order.left) for order in paid], amount)
    if chosen is not None:
        return [_whole(order) for order, taken in zip(paid, chosen, strict=True) if taken]
    fitting = (
        part for way in (_fitting, _just_kept, _filled) for order in paid if (part := way(order, amount))
    )
    inside = next(fitting, None)
    return [inside] if inside else _largest(paid, amount)


def all_of(orders: Sequence[OpenOrder]) -> list[ChargedBack]:
    """All that is left of them, whatever the bank took for it."""
    return [_whole(order) for order in orders if order.left]


def _largest(paid: Sequence[OpenOrder], amount: int) -> list[ChargedBack]:
    found, rest = [], amount
    others = []
    for order in sorted(paid, key=lambda one: one.left, reverse=True):
        if order.left <= rest:
            found.append(_whole(order))
            rest -= order.left
        else:
            others.append(order)
    if rest and others:
        found.append(_just_kept(others[-1], rest) or _filled(others[-1], rest) or _cover(others[-1], rest))
    return found


def _whole(order: OpenOrder) -> ChargedBack:
    units = {line.line_no: line.left for line in order.lines if line.left}
    return ChargedBack(
        order_id=order.order_id,
        units=units,
        with_shipping=None if units else order.shipping > 0,
        deduction=-order.kept,
        postage=-order.postage,
    )


def _just_kept(order: OpenOrder, amount: int) -> ChargedBack | None:
    """All that had been kept back, and nothing else."""
    if amount != order.kept:
        return None
    return ChargedBack(
        order_id=order.order_id, units={}, with_shipping=False, deduction=-amount, postage=-order.postage
    )


def _filled(order: OpenOrder, amount: int) -> ChargedBack | None:
    return _fitting(order, amount, order.kept)


def _fitting(order: OpenOrder, amount: int, fill: int = 0) -> ChargedBack | None:
    """Units, and the shipping, that add up to ``amount``; at most ``fill`` of it is of what had been kept back."""
    options = [[line.back(units) for units in range(line.left + 1)] for line in order.lines]
    options.append([0, order.shipping] if order.shipping else [0])
    chosen = _nearest(options, amount, fill)
    if chosen is None:
        return None
    kept = amount - sum(worth[number] for worth, number in zip(options, chosen, strict=True))
    return ChargedBack(
        order_id=order.order_id,
        units={line.line_no: taken for line, taken in zip(order.lines, chosen, strict=False) if taken},
        with_shipping=bool(chosen[-1]),
        deduction=-kept,
        postage=-order.postage_in(kept),
    )


def _cover(order: OpenOrder, amount: int) -> ChargedBack:
    """The dearest units until they are worth it; the shipping only when goods are not enough, and what had been
    kept back when that is not enough either."""
    units: dict[int, int] = {}
    worth = 0
    for line in sorted(order.lines, key=lambda one: one.cash // one.qty, reverse=True):
        while units.get(line.line_no, 0) < line.left and worth < amount:
            taken = units[line.line_no] = units.get(line.line_no, 0) + 1
            worth += line.back(taken) - line.back(taken - 1)
    with_shipping = worth < amount and order.shipping > 0
    worth += order.shipping if with_shipping else 0
    kept = max(0, amount - worth)
    return ChargedBack(
        order_id=order.order_id,
        units=units,
        with_shipping=with_shipping,
        deduction=max(0, worth - amount) - kept,
        postage=-order.postage_in(kept),
    )


def _nearest(options: Sequence[Sequence[int]], amount: int, within: int = 0) -> tuple[int, ...] | None:
    """Which option of each place is taken, so that they add up to ``amount`` or to at most ``within`` less; None when
    none do, or too many are to be tried."""
    sums: dict[int, tuple[int, ...]] = {0: ()}
    for place in options:
        after: dict[int, tuple[int, ...]] = {}
        for total, taken in sums.items():
            for number, worth in enumerate(place):
                if total + worth <= amount:
                    after.setdefault(total + worth, (*taken, number))
        if len(after) > MOST_SUMS:
            return None
        sums = after
    nearest = max(sums)
    return sums[nearest] if nearest >= amount - within else None
