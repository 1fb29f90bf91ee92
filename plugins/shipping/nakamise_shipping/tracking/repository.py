"""SQL of tracking files that were uploaded."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise_shipping.carriers.reading import Returned

_IMPORTS: Final = """
SELECT i.id, i.carrier, i.name, i.created_at, i.applied_at,
       (SELECT count(*) FROM shipping_import_row r WHERE r.import_id = i.id) AS row_count,
       (SELECT count(*) FROM shipping_import_row r WHERE r.import_id = i.id AND r.outcome = 'shipped') AS shipped
FROM shipping_import i
"""


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    carrier: str
    name: str
    created_at: datetime
    applied_at: datetime | None
    row_count: int
    shipped: int


class NumberRow(msgspec.Struct, frozen=True, kw_only=True):
    line: int
    ref: str
    number: str
    shipped_on: date | None
    outcome: str | None


async def keep(
    tx: Tx, sha256: bytes, carrier: str, name: str, rows: Sequence[Returned], actor_id: uuid.UUID | None
) -> tuple[uuid.UUID, bool]:
    """The import with this content, and whether it is new."""
    import_id = uuid7()
    is_new = await tx.execute(
        "INSERT INTO shipping_import (id, sha256, carrier, name, created_by) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (sha256) DO NOTHING",
        *(import_id, sha256, carrier, name, actor_id),
    )
    if not is_new:
        found: uuid.UUID = await tx.value("SELECT id FROM shipping_import WHERE sha256 = $1", sha256)
        return found, False
    await tx.execute_many(
        "INSERT INTO shipping_import_row (import_id, line, ref, number, shipped_on) VALUES ($1, $2, $3, $4, $5)",
        [(import_id, row.line, row.ref, row.number, row.shipped_on) for row in rows],
    )
    return import_id, True


async def find(tx: Tx, import_id: uuid.UUID) -> ImportRow | None:
    return await tx.first(ImportRow, f"{_IMPORTS} WHERE i.id = $1", import_id)


async def newest(tx: Tx, limit: int, offset: int) -> list[ImportRow]:
    return await tx.all(
        ImportRow, f"{_IMPORTS} ORDER BY i.created_at DESC, i.id DESC LIMIT $1 OFFSET $2", limit, offset
    )


async def rows_of(tx: Tx, import_id: uuid.UUID) -> list[NumberRow]:
    return await tx.all(
        NumberRow,
        "SELECT line, ref, number, shipped_on, outcome FROM shipping_import_row WHERE import_id = $1 ORDER BY line",
        import_id,
    )


async def settle(tx: Tx, import_id: uuid.UUID, line: int, outcome: str) -> bool:
    """Whether this is the first to say what became of the row."""
    touched = await tx.execute(
        "UPDATE shipping_import_row SET outcome = $3 WHERE import_id = $1 AND line = $2 AND outcome IS NULL",
        *(import_id, line, outcome),
    )
    return touched == 1


async def finish(tx: Tx, import_id: uuid.UUID) -> None:
    await tx.execute(
        "UPDATE shipping_import SET applied_at = coalesce(applied_at, (SELECT now())) WHERE id = $1",
        import_id,
    )
