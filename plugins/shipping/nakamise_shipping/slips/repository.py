"""SQL of slips and of the files they were written into."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise_shipping.domain.config import Temperature

_SLIPS: Final = """
SELECT s.id, s.ref, s.temperature, s.carrier, s.tracking_number, s.file_id,
       coalesce((SELECT jsonb_agg(jsonb_build_array(o.order_id, o.line_numbers) ORDER BY o.order_id)
                 FROM shipping_slip_order o WHERE o.slip_id = s.id), '[]') AS orders
FROM shipping_slip s
"""


class SlipRow(msgspec.Struct, frozen=True, kw_only=True):
    """``orders`` are (order, line numbers) in the parcel."""

    id: uuid.UUID
    ref: str
    temperature: Temperature
    carrier: str
    tracking_number: str | None
    file_id: uuid.UUID | None
    orders: tuple[tuple[uuid.UUID, tuple[int, ...]], ...]


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    name: str
    layout: str
    ship_day: date
    slip_count: int
    created_at: datetime


_FILE: Final = "id, name, layout, ship_day, slip_count, created_at"
_WHOLLY: Final = "($1::uuid[] = '{}' OR (shop_ids <> '{}' AND shop_ids <@ $1))"
_OF_ORDERS: Final = f"{_SLIPS} WHERE s.id IN (SELECT slip_id FROM shipping_slip_order WHERE order_id = ANY($1)) ORDER BY s.ref"  # noqa: S608


async def of_orders(tx: Tx, order_ids: Sequence[uuid.UUID]) -> list[SlipRow]:
    return await tx.all(SlipRow, _OF_ORDERS, list(order_ids))


async def by_refs(tx: Tx, refs: Iterable[str]) -> dict[str, SlipRow]:
    rows = await tx.all(SlipRow, f"{_SLIPS} WHERE s.ref = ANY($1)", list(refs))
    return {row.ref: row for row in rows}


async def of_file(tx: Tx, file_id: uuid.UUID) -> list[SlipRow]:
    return await tx.all(SlipRow, f"{_SLIPS} WHERE s.file_id = $1 ORDER BY s.ref", file_id)


async def insert(tx: Tx, rows: Sequence[SlipRow]) -> None:
    await tx.execute_many(
        "INSERT INTO shipping_slip (id, ref, temperature, carrier) VALUES ($1, $2, $3, $4)",
        [(row.id, row.ref, row.temperature.value, row.carrier) for row in rows],
    )
    await tx.execute_many(
        "INSERT INTO shipping_slip_order (slip_id, order_id, line_numbers) VALUES ($1, $2, $3)",
        [(row.id, order_id, list(lines)) for row in rows for order_id, lines in row.orders],
    )


async def forget_unsent(tx: Tx, order_ids: Sequence[uuid.UUID]) -> None:
    """Slips that have no number yet: the parcels are put together anew."""
    await tx.execute(
        "DELETE FROM shipping_slip WHERE tracking_number IS NULL"
        " AND id IN (SELECT slip_id FROM shipping_slip_order WHERE order_id = ANY($1))",
        list(order_ids),
    )


async def drop_unwritten(tx: Tx, order_ids: Sequence[uuid.UUID]) -> None:
    """Slips that are in no file and have no number."""
    await tx.execute(
        "DELETE FROM shipping_slip WHERE file_id IS NULL AND tracking_number IS NULL"
        " AND id IN (SELECT slip_id FROM shipping_slip_order WHERE order_id = ANY($1))",
        list(order_ids),
    )


async def taken(tx: Tx, refs: Iterable[str]) -> set[str]:
    return set(await tx.values("SELECT ref FROM shipping_slip WHERE ref = ANY($1)", list(refs)))


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file and the slips in it; ``shop_ids`` are whose parcels they are."""

    name: str
    layout: str
    ship_day: date
    slip_ids: Sequence[uuid.UUID]
    shop_ids: Sequence[uuid.UUID]


async def insert_file(tx: Tx, new: NewFile, actor_id: uuid.UUID | None) -> FileRow | None:
    """None when one of the slips was taken apart meanwhile: nothing may be kept then."""
    file_id = uuid7()
    row = await tx.one(
        FileRow,
        "INSERT INTO shipping_file (id, name, layout, ship_day, slip_count, created_by, shop_ids)"  # noqa: S608
        f" VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {_FILE}",
        *(file_id, new.name, new.layout, new.ship_day, len(new.slip_ids), actor_id, new.shop_ids),
    )
    written = await tx.execute(
        "UPDATE shipping_slip SET file_id = $1 WHERE id = ANY($2) AND tracking_number IS NULL",
        *(file_id, list(new.slip_ids)),
    )
    return row if written == len(new.slip_ids) else None


async def files(tx: Tx, limit: int, offset: int, shops: Sequence[uuid.UUID] = ()) -> list[FileRow]:
    """The newest first. ``shops``: only files with nothing but their parcels; (): all files."""
    return await tx.all(
        FileRow,
        f"SELECT {_FILE} FROM shipping_file WHERE {_WHOLLY} ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",  # noqa: S608
        *(list(shops), limit, offset),
    )


async def set_number(tx: Tx, slip_id: uuid.UUID, carrier: str, number: str) -> None:
    await tx.execute(
        "UPDATE shipping_slip SET carrier = $2, tracking_number = $3 WHERE id = $1", slip_id, carrier, number
    )


async def number_users(tx: Tx, carrier: str, numbers: Iterable[str]) -> dict[str, str]:
    """Refs of the slips that have these numbers, by number."""
    rows = await tx.all(
        _Used,
        "SELECT tracking_number, ref FROM shipping_slip WHERE carrier = $1 AND tracking_number = ANY($2)",
        *(carrier, list(numbers)),
    )
    return {row.tracking_number: row.ref for row in rows}


class _Used(msgspec.Struct, frozen=True):
    tracking_number: str
    ref: str


async def file(tx: Tx, file_id: uuid.UUID, shops: Sequence[uuid.UUID] = ()) -> FileRow | None:
    """``shops`` as in ``files``."""
    return await tx.first(
        FileRow,
        f"SELECT {_FILE} FROM shipping_file WHERE {_WHOLLY} AND id = $2",  # noqa: S608
        *(list(shops), file_id),
    )
