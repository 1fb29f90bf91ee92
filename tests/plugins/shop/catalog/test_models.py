"""The SQLAlchemy tables equal what the migrations made."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column, DefaultClause, UniqueConstraint

from nakamise_shop.models import metadata
from tests.plugins.shop.catalog.market import Market

COLUMNS = (
    "SELECT column_name, is_nullable = 'YES' AS nullable, udt_name, column_default"
    " FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"
)
UNIQUE = (
    "SELECT ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.conrelid"
    " AND a.attnum = ANY (c.conkey)) FROM pg_constraint c"
    " WHERE c.contype = 'u' AND c.conrelid = ($1 || '.' || $2)::regclass"
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
    "tstzrange": "tstzrange",
}


@pytest.mark.parametrize("table", sorted(metadata.tables))
async def test_columns_are_the_same(market: Market, owner: asyncpg.Connection, table: str) -> None:
    rows = await owner.fetch(COLUMNS, market.tenant.schema, table)
    in_database = {row["column_name"]: (row["udt_name"], row["nullable"]) for row in rows}
    columns = metadata.tables[table].columns
    assert in_database == {
        column.name: (TYPES[column.type.__visit_name__.lower()], bool(column.nullable)) for column in columns
    }
    defaults = {row["column_name"]: plain(row["column_default"]) for row in rows}
    assert defaults == {column.name: default_of(column) for column in columns}


@pytest.mark.parametrize("table", sorted(metadata.tables))
async def test_what_is_unique_is_the_same(market: Market, owner: asyncpg.Connection, table: str) -> None:
    rows = await owner.fetch(UNIQUE, market.tenant.schema, table)
    constraints = metadata.tables[table].constraints
    unique = [one for one in constraints if isinstance(one, UniqueConstraint)]
    assert {frozenset(row[0]) for row in rows} == {
        frozenset(column.name for column in one.columns) for one in unique
    }


def plain(default: str | None) -> str | None:
    """Without the type that PostgreSQL writes behind it."""
    return default.partition("::")[0] if default else None


def default_of(column: Column[Any]) -> str | None:
    stated = column.server_default
    return str(stated.arg) if isinstance(stated, DefaultClause) else None
