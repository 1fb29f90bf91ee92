"""The SQLAlchemy tables equal what the migrations made."""

from __future__ import annotations

import asyncpg

from nakamise_returns.models import metadata
from tests.plugins.returns.counter import Counter
from tests.plugins.shop.catalog.test_models import COLUMNS, TYPES, default_of, plain


async def test_columns_are_the_same(desk: Counter, owner: asyncpg.Connection) -> None:
    for name, table in metadata.tables.items():
        rows = await owner.fetch(COLUMNS, desk.stall.tenant.schema, name)
        found = {row["column_name"]: (row["udt_name"], row["nullable"]) for row in rows}
        assert found == {
            column.name: (
                "_uuid" if column.name.endswith("_ids") else TYPES[column.type.__visit_name__.lower()],
                bool(column.nullable),
            )
            for column in table.columns
        }, name
        defaults = {row["column_name"]: plain(row["column_default"]) for row in rows}
        assert defaults == {column.name: default_of(column) for column in table.columns}, name
