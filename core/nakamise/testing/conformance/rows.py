"""One row for each table, made up from what PostgreSQL knows of its columns and constraints."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

TRIES_MAX: Final = 25
_COLUMNS: Final = (
    "SELECT a.attname::text AS name, t.typname::text AS type, a.attnotnull AS needed,"
    " a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '' AS has_default,"
    " a.attgenerated <> '' OR a.attidentity = 'a' AS is_made"
    " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE a.attrelid = ($1 || '.' || $2)::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)
_REFERENCES: Final = (
    "SELECT k.conrelid::regclass::text AS source, k.confrelid::regclass::text AS target,"
    " ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS c (num, at)"
    "  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.num ORDER BY c.at) AS columns,"
    " ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS c (num, at)"
    "  JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.num ORDER BY c.at) AS names"
    " FROM pg_constraint k WHERE k.connamespace = $1::text::regnamespace AND k.contype = 'f'"
)
_CHECKS: Final = (
    "SELECT k.conname::text AS name, pg_get_constraintdef(k.oid) AS rule FROM pg_constraint k"
    " WHERE k.connamespace = $1::text::regnamespace AND k.contype = 'c'"
)
_LITERAL: Final = re.compile(r"'([^']*)'::")
_SHAPELESS: Final = ("json", "jsonb")
_NOW: Final = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)


@dataclass
class Rows:
    """``made``: table → its row. ``missing``: table → why no row could be made up."""

    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def value(self, parameter: str, plugin_id: str) -> Any:
        """What a path parameter or an event's field of that name may stand for here, or None."""
        table = f"{plugin_id}_{parameter.removesuffix('_id')}"
        if parameter.endswith("_id") and "id" in self.made.get(table, {}):
            return self.made[table]["id"]
        return next((row[parameter] for row in self.made.values() if parameter in row), None)


async def fill(
    connection: asyncpg.Connection, schema: str, tables: Sequence[str], text: str, user_id: uuid.UUID
) -> Rows:
    """A row in each of ``tables`` where one can be made up; columns for a user hold ``user_id``."""
    await connection.execute(f"SET search_path = {schema}")
    try:
        return await _Filler(connection, schema, text, user_id).fill(tables)
    finally:
        await connection.execute("RESET search_path")


class _Filler:
    def __init__(self, connection: asyncpg.Connection, schema: str, text: str, user_id: uuid.UUID) -> None:
        self._connection = connection
        self._schema = schema
        self._text = text
        self._user_id = user_id
        self._rows = Rows()
        self._rules: dict[str, str] = {}

    async def fill(self, tables: Sequence[str]) -> Rows:
        references = [dict(row) for row in await self._connection.fetch(_REFERENCES, self._schema)]
        self._rules = {
            row["name"]: row["rule"] for row in await self._connection.fetch(_CHECKS, self._schema)
        }
        for table in _in_order(tables, references):
            await self._add(table, [one for one in references if one["source"] == table])
        return self._rows

    async def _add(self, table: str, references: list[dict[str, Any]]) -> None:
        columns = [dict(row) for row in await self._connection.fetch(_COLUMNS, self._schema, table)]
        row = {one["name"]: self._value(one) for one in columns if self._is_wanted(one)}
        if unknown := [one["name"] for one in columns if one["name"] in row and one["type"] in _SHAPELESS]:
            self._rows.missing[table] = f"nobody but the plugin knows the shape of {', '.join(unknown)}"
            return
        for reference in references:
            target = self._rows.made.get(reference["target"], {})
            known = zip(reference["columns"], reference["names"], strict=True)
            row |= {column: target[name] for column, name in known if name in target}
        try:
            self._rows.made[table] = await self._insert(table, row, {one["name"]: one for one in columns})
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            self._rows.missing[table] = str(error)

    def _is_wanted(self, column: dict[str, Any]) -> bool:
        is_user = column["name"].endswith("user_id")
        is_text = column["type"] in ("text", "varchar") and not column["has_default"]
        return not column["is_made"] and (
            is_user or is_text or (column["needed"] and not column["has_default"])
        )

    def _value(self, column: dict[str, Any]) -> Any:
        if column["name"].endswith("user_id"):
            return self._user_id
        found: Any = {
            "uuid": uuid.uuid4(),
            "timestamptz": _NOW,
            "timestamp": _NOW.replace(tzinfo=None),
            "date": _NOW.date(),
            "time": _NOW.time(),
            "interval": dt.timedelta(seconds=1),
            "bool": False,
            "bytea": b"x",
        }.get(column["type"])
        if found is not None:
            return found
        if column["type"].startswith("_"):
            return []
        return self._text if column["type"] in ("text", "varchar", "bpchar") else 1

    async def _insert(
        self, table: str, row: dict[str, Any], columns: dict[str, dict[str, Any]]
    ) -> dict[str, Any]:
        """Raises PostgresError when no value that the rules name will do."""
        choices: dict[str, Iterator[Any]] = {}
        for _ in range(TRIES_MAX):
            try:
                return await self._try(table, row)
            except asyncpg.CheckViolationError as error:
                rule = self._rules.get(error.constraint_name or "", "")
                if not self._follow(rule, row, columns, choices):
                    raise
        return await self._try(table, row)

    def _follow(
        self,
        rule: str,
        row: dict[str, Any],
        columns: dict[str, dict[str, Any]],
        choices: dict[str, Iterator[Any]],
    ) -> bool:
        """Change one column that ``rule`` speaks of to the next value that may please it."""
        for name in columns:
            if not re.search(rf"\b{re.escape(name)}\b", rule) or name.endswith("_id"):
                continue
            is_text = columns[name]["type"] in ("text", "varchar", "bpchar")
            values = [*_LITERAL.findall(rule), "a", "AB", "2026-11-21", "#000000"] if is_text else [0, 2, 100]
            value = next(choices.setdefault(f"{rule} {name}", iter(values)), None)
            if value is not None:
                row[name] = value
                return True
        return False

    async def _try(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks}) RETURNING *'  # names from the catalog
        async with self._connection.transaction():
            found = await self._connection.fetchrow(sql, *row.values())
        return dict(found) if found is not None else {}


def _in_order(tables: Sequence[str], references: Sequence[dict[str, Any]]) -> list[str]:
    """What is referred to first; a circle comes in any order."""
    left, done = list(tables), list[str]()
    while left:
        ready = [
            table
            for table in left
            if not any(
                one["target"] in left and one["target"] != table
                for one in references
                if one["source"] == table
            )
        ]
        for table in ready or left[:1]:
            left.remove(table)
            done.append(table)
    return done
