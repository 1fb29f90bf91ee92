"""What PostgreSQL knows of a schema, as text that two schemas can be compared by."""

from __future__ import annotations

from typing import Final

import asyncpg

from nakamise.ids import check_schema_name

# Each query takes the schema's name; the name itself is blanked out of the answers.
_QUERIES: Final = {
    "relation": "SELECT c.relname, c.relkind::text, c.relpersistence::text, c.relacl::text, c.reloptions::text"
    " FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace",
    "column": "SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), a.attacl::text"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    " WHERE c.relnamespace = $1::text::regnamespace",
    "constraint": "SELECT n.conname, n.conrelid::regclass::text, pg_get_constraintdef(n.oid), n.convalidated"
    " FROM pg_constraint n WHERE n.connamespace = $1::text::regnamespace",
    "index": "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = $1",
    "view": "SELECT viewname::text, definition FROM pg_views WHERE schemaname = $1",
    "function": "SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.proacl::text"
    " FROM pg_proc p WHERE p.pronamespace = $1::text::regnamespace AND p.prokind = 'f'",
    "default right": "SELECT d.defaclobjtype::text, d.defaclacl::text FROM pg_default_acl d"
    " WHERE d.defaclnamespace = $1::text::regnamespace",
    "schema": "SELECT n.nspacl::text FROM pg_namespace n WHERE n.nspname = $1",
    "role": "SELECT r.rolcanlogin, r.rolinherit, r.rolconfig::text, ARRAY(SELECT g.rolname::text"
    " FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)"
    " FROM pg_roles r WHERE r.rolname = $1",
}


async def describe(connection: asyncpg.Connection, schema: str) -> list[str]:
    """Sorted lines: tables, columns, constraints, indexes, views, functions and every right."""
    check_schema_name(schema)
    lines = []
    for kind, query in _QUERIES.items():
        rows = await connection.fetch(query, schema)
        lines += [f"{kind}: {tuple(row)}".replace(schema, "<schema>") for row in rows]
    return sorted(lines)
