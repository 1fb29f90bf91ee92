"""What each row of a tracking file would do, looked at before anything is done."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders, OrderView
from nakamise.db import Tx
from nakamise.errors import Invalid
from nakamise.plugin import TenantCtx
from nakamise_shipping.slips import repository as slips
from nakamise_shipping.slips.parcels import unsent
from nakamise_shipping.slips.repository import SlipRow
from nakamise_shipping.tracking.repository import NumberRow

_OPEN: Final = frozenset({"paid", "part_refunded"})


class Verdict(enum.StrEnum):
    """``repeated``: an earlier row of the file does the same already; ``duplicate``: it says something else, or another
    parcel has the number."""

    SHIP = "ship"
    RENUMBER = "renumber"
    SAME = "same"
    REPEATED = "repeated"
    DUPLICATE = "duplicate"
    UNMATCHED = "unmatched"
    INVALID = "invalid"
    EMPTY = "empty"
    CLOSED = "closed"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An order of the parcel: the lines that go with it, and the shipment that has another label already."""

    order_id: uuid.UUID
    number: str
    lines: tuple[int, ...]
    shipment_id: uuid.UUID | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """``outcome`` is what was done with the row, when it was."""

    line: int
    ref: str
    number: str
    shipped_on: dt.date | None
    verdict: Verdict
    slip_id: uuid.UUID | None = None
    targets: tuple[Target, ...] = ()
    outcome: str | None = None

    @property
    def orders(self) -> str:
        return "、".join(one.number for one in self.targets)


async def judge(ctx: TenantCtx, tx: Tx, carrier: str, rows: Sequence[NumberRow]) -> list[Judged]:
    """One for each row, by what is so now."""
    found = await _Found.of(ctx, tx, carrier, rows)
    seen: dict[str, str] = {}
    used: dict[str, str] = {}
    planned: set[str] = set()
    out: list[Judged] = []
    for row in rows:
        verdict = found.verdict(row)
        if verdict in (Verdict.SHIP, Verdict.RENUMBER):
            number = found.number_of(row)
            if seen.setdefault(row.ref, number) != number or used.setdefault(number, row.ref) != row.ref:
                verdict = Verdict.DUPLICATE
            elif row.ref in planned:
                verdict = Verdict.REPEATED
            else:
                planned.add(row.ref)
        out.append(found.judged(row, verdict))
    return out


class _Found:
    """Slips, orders and numbers of one file, read at once."""

    def __init__(
        self,
        ctx: TenantCtx,
        carrier: str,
        by_ref: Mapping[str, SlipRow],
        orders: Mapping[uuid.UUID, OrderView],
        users: Mapping[str, str],
    ) -> None:
        self._orders_service = ctx.service(Orders)
        self._carrier = carrier
        self._slips = by_ref
        self._orders = orders
        self._by_number = {order.number: order for order in orders.values()}
        self._users = users

    @classmethod
    async def of(cls, ctx: TenantCtx, tx: Tx, carrier: str, rows: Sequence[NumberRow]) -> _Found:
        refs = sorted({row.ref for row in rows if row.ref})
        by_ref = await slips.by_refs(tx, refs)
        ids = {order_id for slip in by_ref.values() for order_id, _ in slip.orders}
        service = ctx.service(Orders)
        found: list[OrderView] = []
        if ids:
            found += await service.find(tx, OrderQuery(ids=tuple(sorted(ids))), limit=len(ids))
        if rest := tuple(ref for ref in refs if ref not in by_ref):
            found += await service.find(tx, OrderQuery(numbers=rest), limit=len(rest))
        made = cls(ctx, carrier, by_ref, {order.id: order for order in found}, {})
        numbers = {made.number_of(row) for row in rows}
        made._users = await slips.number_users(tx, carrier, numbers)
        return made

    def number_of(self, row: NumberRow) -> str:
        """As the shop keeps it; "" for what is no number of the carrier."""
        try:
            return self._orders_service.tracking_number(self._carrier, row.number) if row.number else ""
        except Invalid:
            return ""

    def verdict(self, row: NumberRow) -> Verdict:
        if not row.number:
            return Verdict.EMPTY
        targets = self._targets(row)
        if not targets:
            return Verdict.UNMATCHED
        number = self.number_of(row)
        if not number:
            return Verdict.INVALID
        if self._has_it(targets, number):
            return Verdict.SAME
        if self._users.get(number, row.ref) != row.ref:
            return Verdict.DUPLICATE
        orders = [self._orders[one.order_id] for one in targets]
        if all(one.shipment_id for one in targets):
            return Verdict.RENUMBER
        waiting = all(one.lines for one in targets) and all(order.state in _OPEN for order in orders)
        return Verdict.SHIP if waiting else Verdict.CLOSED

    def _has_it(self, targets: Sequence[Target], number: str) -> bool:
        return all(
            any(
                one.tracking_number == number and one.carrier == self._carrier
                for one in self._orders[t.order_id].shipments
            )
            for t in targets
        )

    def _targets(self, row: NumberRow) -> list[Target]:
        slip = self._slips.get(row.ref)
        if slip is not None:
            return [
                self._target(self._orders[order_id], lines, slip.tracking_number)
                for order_id, lines in slip.orders
                if order_id in self._orders
            ]
        order = self._by_number.get(row.ref)
        if order is None:
            return []
        # A slip that was written by hand: it stands for the order's only parcel.
        label = (
            order.shipments[0].tracking_number if len(order.shipments) == 1 and not unsent(order) else None
        )
        return [self._target(order, tuple(line.line_no for line in order.lines), label)]

    def _target(self, order: OrderView, lines: Sequence[int], label: str | None) -> Target:
        waiting = set(unsent(order))
        parcel = next((one.id for one in order.shipments if label and one.tracking_number == label), None)
        if parcel is None and not waiting & set(lines):
            parcel = _only_parcel(order, lines)
        return Target(
            order_id=order.id,
            number=order.number,
            lines=tuple(one for one in lines if one in waiting),
            shipment_id=parcel,
        )

    def judged(self, row: NumberRow, verdict: Verdict) -> Judged:
        slip = self._slips.get(row.ref)
        return Judged(
            line=row.line,
            ref=row.ref,
            number=row.number,
            shipped_on=row.shipped_on,
            verdict=verdict,
            slip_id=slip.id if slip else None,
            targets=tuple(self._targets(row)),
            outcome=row.outcome,
        )


def _only_parcel(order: OrderView, lines: Sequence[int]) -> uuid.UUID | None:
    """The shipment in which all of ``lines`` were sent by hand; None when there are several or none."""
    found = {line.shipment_id for line in order.lines if line.line_no in lines}
    return found.pop() if len(found) == 1 else None
