"""Which parcels there are for some orders: as it was settled when they were placed, or merged into one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderLine, OrderView
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise_shipping.carriers.layout import Layout
from nakamise_shipping.domain.config import Temperature
from nakamise_shipping.merging.repository import Merged, merged_with
from nakamise_shipping.slips import repository
from nakamise_shipping.slips.repository import SlipRow
from nakamise_shipping.wishes.repository import KeptOrder

_UNSENT: Final = frozenset({"unfulfilled", "processing"})
_REF_MAX: Final = 50


def unsent(order: OrderView) -> tuple[int, ...]:
    """Numbers of the lines that wait for a parcel."""
    return tuple(line.line_no for line in order.lines if _waits(line))


def _waits(line: OrderLine) -> bool:
    return line.fulfil_state in _UNSENT and line.refunded_qty < line.qty


async def slips_of(
    tx: Tx,
    orders: Mapping[uuid.UUID, OrderView],
    kept: Mapping[uuid.UUID, KeptOrder],
    layouts: Mapping[uuid.UUID, Layout],
) -> list[SlipRow]:
    """The slips of ``orders`` that have no number yet, made where there are none. ``layouts`` by shop.

    ``orders`` must hold every order of a merge of which it holds one.
    """
    known = [row for row in await repository.of_orders(tx, list(orders)) if row.tracking_number is None]
    have = {order_id for row in known for order_id, _ in row.orders}
    merges = await merged_with(tx, list(orders))
    made: list[SlipRow] = []
    for order in orders.values():
        if order.id in have or not unsent(order):
            continue
        group = [orders[one] for one in _group(merges, order.id)]
        have |= {one.id for one in group}
        made += _new(group, kept, layouts[order.shop_id])
    made = await _unique(tx, made)
    await repository.insert(tx, made)
    return known + made


def _group(merges: Mapping[uuid.UUID, Merged], order_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The one whose fee was kept first."""
    return merges[order_id].order_ids if order_id in merges else [order_id]


def _new(group: Sequence[OrderView], kept: Mapping[uuid.UUID, KeptOrder], layout: Layout) -> list[SlipRow]:
    """One for each temperature, with the lines of all of the group's orders."""
    by_temperature: dict[Temperature, list[tuple[uuid.UUID, tuple[int, ...]]]] = {}
    for order in group:
        waiting = set(unsent(order))
        for temperature, lines in _planned(order, kept.get(order.id)):
            if going := tuple(number for number in lines if number in waiting):
                by_temperature.setdefault(temperature, []).append((order.id, going))
    return [
        SlipRow(
            id=uuid7(),
            ref=reference(group[0].number, number, layout.width("ref")),
            temperature=temperature,
            carrier=layout.carrier,
            tracking_number=None,
            file_id=None,
            orders=tuple(lines),
        )
        for number, (temperature, lines) in enumerate(sorted(by_temperature.items(), key=_by_cold), start=1)
    ]


def _by_cold(found: tuple[Temperature, object]) -> int:
    return list(Temperature).index(found[0])


def _planned(order: OrderView, row: KeptOrder | None) -> Sequence[tuple[Temperature, Sequence[int]]]:
    if row is None:
        return [(Temperature.NORMAL, [line.line_no for line in order.lines])]
    return row.parcels


def reference(number: str, parcel: int, most: int) -> str:
    """The order's number, from the second parcel on with "-2"; without hyphens, then without the century where the
    carrier has less room. One that is still too long is found in the report."""
    tail = f"-{parcel}" if parcel > 1 else ""
    prefix, _, rest = number.partition("-")
    choices = (number, number.replace("-", ""), f"{prefix}{rest.replace('-', '')[2:]}")
    fitting = (one + tail for one in choices if len(one + tail) <= (most or _REF_MAX))
    return next(fitting, number + tail)


async def _unique(tx: Tx, made: Sequence[SlipRow]) -> list[SlipRow]:
    """A rest of an order that was sent in part gets a ref of its own."""
    taken = await repository.taken(tx, [row.ref for row in made])
    out = []
    for row in made:
        ref, n = row.ref, 1
        while ref in taken:
            n += 1
            ref = f"{row.ref}R{n}"
            taken |= await repository.taken(tx, [ref])
        taken.add(ref)
        out.append(msgspec.structs.replace(row, ref=ref))
    return out
