"""A schema's tables as streams of bytes.

PostgreSQL's COPY text format: the same for every server version and processor, readable by people, and an
instance of the tenant's masks is found in it as plain bytes. Rows are in the order of the primary key, byte
by byte, so the stream does not depend on where rows lie or how a database collates.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from typing import Any, Final

import asyncpg
import msgspec

from nakamise.ids import check_schema_name

# What another session may have set would change how values are written.
STABLE_TEXT: Final = (
    "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';"
    " SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'"
)
_TABLES: Final = """
SELECT c.relname::text AS name,
    array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns,
    (SELECT array_agg(
         quote_ident(k.attname) || CASE WHEN k.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END
         ORDER BY array_position(i.indkey::int2[], k.attnum))
     FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
     WHERE i.indrelid = c.oid AND i.indisprimary) AS key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
GROUP BY c.oid ORDER BY c.relname COLLATE "C"
"""
_SEQUENCES: Final = """
SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind = 'S' ORDER BY 1
"""
_FOREIGN_KEYS: Final = """
SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype = 'f' AND connamespace = $1::regnamespace AND conparentid = 0 ORDER BY 1, 2
"""
_SIZE: Final = """
SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind = 'r'
"""

Write = Callable[[bytes], Coroutine[Any, Any, None]]


class Table(msgspec.Struct, frozen=True):
    """``key`` holds SQL terms to sort by; ``columns`` are those that can be written."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


class SequenceState(msgspec.Struct, frozen=True):
    last_value: int
    is_called: bool


class ForeignKey(msgspec.Struct, frozen=True):
    table: str
    name: str
    definition: str


def owner_of(table: str, plugins: Iterable[str]) -> str:
    """The plugin whose prefix the table has, else ``core``; ``shop_gift_x`` is gift's if ``shop_gift`` is one."""
    owners = [plugin for plugin in plugins if table.startswith(f"{plugin}_")]
    return max(owners, key=len, default="core")


async def tables_of(connection: asyncpg.Connection, schema: str) -> list[Table]:
    rows = await connection.fetch(_TABLES, schema)
    return [Table(row["name"], tuple(row["columns"]), tuple(row["key"] or ())) for row in rows]


async def size_of(connection: asyncpg.Connection, schema: str) -> int:
    """Bytes on disk, without indexes."""
    return int(await connection.fetchval(_SIZE, schema))


async def copy_out(
    connection: asyncpg.Connection, schema: str, table: Table, blank: frozenset[str], write: Write
) -> int:
    """The number of rows. Columns in ``blank`` (of type bytea or text) come out empty."""
    terms = ", ".join(
        f"''::text AS {quoted(name)}" if name in blank else quoted(name) for name in table.columns
    )
    order = f" ORDER BY {', '.join(table.key)}" if table.key else ""
    source = f"{quoted(check_schema_name(schema))}.{quoted(table.name)}"
    query = f"SELECT {terms} FROM {source}{order}"  # noqa: S608 - names come from the catalog, quoted
    return rows_in(await connection.copy_from_query(query, output=write))


async def copy_in(
    connection: asyncpg.Connection, schema: str, table: Table, source: AsyncIterator[bytes]
) -> int:
    """The number of rows; identity columns get the values of the stream."""
    tag = await connection.copy_to_table(
        table.name, schema_name=check_schema_name(schema), columns=list(table.columns), source=source
    )
    return rows_in(tag)


async def sequences_of(connection: asyncpg.Connection, schema: str) -> dict[str, SequenceState]:
    found = {}
    for row in await connection.fetch(_SEQUENCES, schema):
        name = f"{quoted(check_schema_name(schema))}.{quoted(row[0])}"
        state = await connection.fetchrow(f"SELECT last_value, is_called FROM {name}")  # noqa: S608 - as above
        if state is not None:
            found[row[0]] = SequenceState(state["last_value"], state["is_called"])
    return found


async def set_sequences(
    connection: asyncpg.Connection, schema: str, states: Mapping[str, SequenceState]
) -> None:
    """Those of tables that are not there are passed over."""
    known = {row[0] for row in await connection.fetch(_SEQUENCES, schema)}
    for name, state in states.items():
        if name in known:
            target = f"{quoted(schema)}.{quoted(name)}"
            await connection.execute(
                "SELECT setval($1::text::regclass, $2, $3)", target, state.last_value, state.is_called
            )


async def drop_foreign_keys(connection: asyncpg.Connection, schema: str) -> list[ForeignKey]:
    """So that tables can be filled in any order; the path must hold ``schema`` only, here and for ``add``."""
    keys = [
        ForeignKey(row["table"], row["name"], row["definition"])
        for row in await connection.fetch(_FOREIGN_KEYS, quoted(check_schema_name(schema)))
    ]
    for key in keys:
        await connection.execute(f"ALTER TABLE {key.table} DROP CONSTRAINT {key.name}")
    return keys


async def add_foreign_keys(connection: asyncpg.Connection, keys: Iterable[ForeignKey]) -> None:
    """Checks every row. Raises asyncpg.ForeignKeyViolationError."""
    for key in keys:
        await connection.execute(f"ALTER TABLE {key.table} ADD CONSTRAINT {key.name} {key.definition}")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def rows_in(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
