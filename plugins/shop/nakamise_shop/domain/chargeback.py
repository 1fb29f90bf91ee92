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
    """What can still go back of an order; ``shipping`` is 0 once it went back."""

    order_id: uuid.UUID
    lines: tuple[OpenLine, ...]
    shipping: int

    @property
    def left(self) -> int:
        return self.shipping + sum(line.back(line.left) for line in self.lines)


class ChargedBack(msgspec.Struct, frozen=True, kw_only=True):
    """``units`` by line number. ``with_shipping`` None: with the last unit. ``deduction``: the bank took that much
    less than they cost."""

    order_id: uuid.UUID
    units: Mapping[int, int]
    with_shipping: bool | None
    deduction: int = 0


def charged_back(orders: Sequence[OpenOrder], amount: int) -> list[ChargedBack]:
    """The orders that ``amount`` is about, never for more than it.

    Everything when it covers everything; else the orders that add up to it exactly, or the units of one order that
    do; else the largest orders that fit in it, and of one more the units that add up to the rest, or the fewest that
    cover it.
    """
    paid = [order for order in orders if order.left]
    if amount >= sum(order.left for order in paid):
        return [_whole(order) for order in paid]
    chosen = _exact([(0, order.left) for order in paid], amount)
    if chosen is not None:
        return [_whole(order) for order, taken in zip(paid, chosen, strict=True) if taken]
    inside = next((part for order in paid if (part := _fitting(order, amount))), None)
    return [inside] if inside else _largest(paid, amount)


def _largest(paid: Sequence[OpenOrder], amount: int) -> list[ChargedBack]:
    found, rest = [], amount
    others = []
    for order in sorted(paid, key=lambda one: one.left, reverse=True):
        if order.left <= rest:
            found.append(_whole(order))
            rest -= order.left
        else:
            others.append(order)
    part = _fitting(others[-1], rest) or _cover(others[-1], rest) if rest and others else None
    return [*found, part] if part else found


def _whole(order: OpenOrder) -> ChargedBack:
    units = {line.line_no: line.left for line in order.lines if line.left}
    return ChargedBack(order_id=order.order_id, units=units, with_shipping=None if units else True)


def _fitting(order: OpenOrder, amount: int) -> ChargedBack | None:
    """Units, and the shipping, that add up to ``amount``."""
    options = [[line.back(units) for units in range(line.left + 1)] for line in order.lines]
    fee = [0, order.shipping] if order.shipping else [0]
    chosen = _exact([*options, fee], amount)
    if chosen is None:
        return None
    units = {line.line_no: taken for line, taken in zip(order.lines, chosen, strict=False) if taken}
    return ChargedBack(order_id=order.order_id, units=units, with_shipping=bool(chosen[-1]))


def _cover(order: OpenOrder, amount: int) -> ChargedBack | None:
    """The dearest units until they are worth it, and the shipping only when goods are not enough."""
    units: dict[int, int] = {}
    goods = 0
    for line in sorted(order.lines, key=lambda one: one.cash // one.qty, reverse=True):
        while units.get(line.line_no, 0) < line.left and goods < amount:
            taken = units[line.line_no] = units.get(line.line_no, 0) + 1
            goods += line.back(taken) - line.back(taken - 1)
    with_shipping = goods < amount and goods + order.shipping - amount <= goods
    excess = max(0, goods + (order.shipping if with_shipping else 0) - amount)
    if not goods and not with_shipping:
        return None
    return ChargedBack(order_id=order.order_id, units=units, with_shipping=with_shipping, deduction=excess)


def _exact(options: Sequence[Sequence[int]], amount: int) -> tuple[int, ...] | None:
    """Which option of each place is taken, so that they add up to ``amount``; None when none do, or too many are
    to be tried."""
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
    return sums.get(amount)
