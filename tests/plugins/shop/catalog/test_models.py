"""The SQLAlchemy tables equal what the migrations made."""

from __future__ import annotations

import asyncpg
import pytest

from nakamise_shop.models import metadata
from tests.plugins.shop.catalog.market import Market

COLUMNS = (
    "SELECT column_name, is_nullable = 'YES' AS nullable, udt_name, column_default IS NOT NULL AS has_default"
    " FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"
)
TYPES = {
    "uuid": "uuid",
    "text": "text",
    "big_integer": "int8",
    "integer": "int4",
    "boolean": "bool",
    "datetime": "timestamptz",
    "date": "date",
    "jsonb": "jsonb",
    "large_binary": "bytea",
    "array": "_text",
}


@pytest.mark.parametrize("table", sorted(metadata.tables))
async def test_columns_are_the_same(market: Market, owner: asyncpg.Connection, table: str) -> None:
    rows = await owner.fetch(COLUMNS, market.tenant.schema, table)
    in_database = {row["column_name"]: (row["udt_name"], row["nullable"]) for row in rows}
    columns = metadata.tables[table].columns
    assert in_database == {
        column.name: (TYPES[column.type.__visit_name__.lower()], bool(column.nullable)) for column in columns
    }
    with_default = {row["column_name"] for row in rows if row["has_default"]}
    assert with_default >= {column.name for column in columns if column.server_default is not None}
