"""Many rows in one statement: an array for each column, so that the text is the same for one row and for hundreds."""

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

_TYPES: Final[dict[Any, str]] = {
    uuid.UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    datetime: "timestamptz",
    date: "date",
}


async def insert_all(tx: Tx, table: str, rows: Sequence[msgspec.Struct], **fixed: str) -> int:
    """The rows written; all of ``rows`` are of one Struct, whose fields are the columns' names.

    ``fixed`` are further columns, each with an SQL expression of ours. ``object`` and mappings become jsonb.
    """
    if not rows:
        return 0
    text, names = _insert(type(rows[0]), table, tuple(fixed.items()))
    return await tx.execute(text, *([getattr(row, name) for row in rows] for name in names))


@functools.lru_cache(maxsize=64)
def _insert(
    struct: type[msgspec.Struct], table: str, fixed: tuple[tuple[str, str], ...]
) -> tuple[str, tuple[str, ...]]:
    hints = typing.get_type_hints(struct)
    names = struct.__struct_fields__
    arrays = ", ".join(f"${at}::{sql_type(hints[name])}[]" for at, name in enumerate(names, start=1))
    columns = ", ".join((*names, *(name for name, _ in fixed)))
    values = ", ".join((*(f"u.{name}" for name in names), *(value for _, value in fixed)))
    # Names come from our own Structs, never from outside.
    return (
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM unnest({arrays}) AS u ({', '.join(names)})",  # noqa: S608
        names,
    )


def sql_type(annotation: Any) -> str:
    """PostgreSQL's for a field; whatever is not a plain value is jsonb."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        annotation = next(one for one in typing.get_args(annotation) if one is not type(None))
    return _TYPES.get(annotation, "jsonb")
