"""A second tenant with every row of a first one, under the same primary keys, in words of its own."""

from __future__ import annotations

import shutil
from typing import Final

import asyncpg

from nakamise.runtime import Runtime
from tests.isolation.house import House
from tests.plugins.shop.stall import Stall

_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename"
_COLUMNS: Final = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = $1 AND table_name = $2 AND is_generated = 'NEVER' ORDER BY ordinal_position"
)
_COPY: Final = (
    "INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM jsonb_populate_recordset("
    "NULL::{target}, (SELECT jsonb_agg(replace(replace(replace(to_jsonb(t)::text, $1, $2), $3, $4),"
    # Files that are kept as bytes.
    " encode(convert_to($1, 'UTF8'), 'hex'), encode(convert_to($2, 'UTF8'), 'hex'))::jsonb)"
    " FROM {source} t))"
)
_KEYS: Final = (
    "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
    " WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY a.attname"
)


async def mirror(
    source: House, stall: Stall, canary: str, runtime: Runtime, owner: asyncpg.Connection
) -> House:
    """``stall`` is of a new tenant with the same plugins; it becomes the twin of ``source``."""
    twin = House(stall, canary, dict(source.people), dict(source.things))
    schemas = (source.schema, twin.schema)
    async with owner.transaction():
        # Tables are filled in the order of their names, not of their foreign keys.
        await owner.execute("SET LOCAL session_replication_role = replica")
        for row in await owner.fetch(_TABLES, source.schema):
            await _copy(owner, row["tablename"], schemas, (source.canary, canary))
    files = runtime.settings.media_dir
    shutil.copytree(files / source.schema, files / twin.schema, dirs_exist_ok=True)
    twin.things["key"] = twin.things["key"].replace(*schemas)
    return twin


async def _copy(
    owner: asyncpg.Connection, table: str, schemas: tuple[str, str], words: tuple[str, str]
) -> None:
    source, target = (f'"{schema}"."{table}"' for schema in schemas)
    columns = ", ".join(f'"{row[0]}"' for row in await owner.fetch(_COLUMNS, schemas[1], table))
    await owner.execute(f"DELETE FROM {target}")
    await owner.execute(_COPY.format(source=source, target=target, columns=columns), *words, *schemas)


async def primary_keys(owner: asyncpg.Connection, schema: str) -> dict[str, list[str]]:
    """What stands in the primary key of every row, by table."""
    found = {}
    for row in await owner.fetch(_TABLES, schema):
        table = f'"{schema}"."{row["tablename"]}"'
        names = ", ".join(f'"{key[0]}"' for key in await owner.fetch(_KEYS, table))
        rows = await owner.fetch(f"SELECT ROW({names})::text FROM {table} ORDER BY 1")
        found[row["tablename"]] = [one[0] for one in rows]
    return found
