"""Many rows in one statement: an array for each column, so that the text is the same however few; hundreds by COPY."""

from __future__ import annotations

import functools
import types
import typing
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from nakamise.db import Tx

COPIED_FROM: Final = 16
_TYPES: Final[dict[Any, str]] = {
    uuid.UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    datetime: "timestamptz",
    date: "date",
}


async def insert_all(tx: Tx, table: str, rows: Sequence[msgspec.Struct]) -> None:
    """All of ``rows`` are of one Struct, whose fields are the columns' names; ``object`` and mappings become jsonb.

    Many go by COPY, which costs both sides less: a driver looks at each element of an array, and the server
    unpacks them again.
    """
    if len(rows) >= COPIED_FROM:
        names = type(rows[0]).__struct_fields__
        records = [msgspec.structs.astuple(row) for row in rows]
        await tx.connection.copy_records_to_table(table, columns=names, records=records)
    elif rows:
        text, names = _insert(type(rows[0]), table)
        await tx.execute(text, *([getattr(row, name) for row in rows] for name in names))


@functools.lru_cache(maxsize=64)
def _insert(struct: type[msgspec.Struct], table: str) -> tuple[str, tuple[str, ...]]:
    hints = typing.get_type_hints(struct)
    names = struct.__struct_fields__
    arrays = ", ".join(f"${at}::{sql_type(hints[name])}[]" for at, name in enumerate(names, start=1))
    # Names come from our own Structs, never from outside.
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM unnest({arrays})", names  # noqa: S608


def sql_type(annotation: Any) -> str:
    """PostgreSQL's for a field; whatever is not a plain value is jsonb."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        annotation = next(one for one in typing.get_args(annotation) if one is not type(None))
    return _TYPES.get(annotation, "jsonb")
