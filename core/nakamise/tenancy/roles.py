"""Roles: who may see what, by the database's own rules.

The login role inherits nothing: without ``SET LOCAL ROLE`` every query fails. A tenant's role is named
like its schema and has rights there only. Nobody but the owner may create anything anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from nakamise.ids import check_schema_name
from nakamise.settings import Settings
from nakamise.tenancy.owner import EXTENSION_SCHEMA, Names, app_password, app_url, names, on_citus

__all__ = ["app_url", "control_role", "ensure_roles", "tenant_role_script"]

# Roles belong to the whole server: two databases being prepared at once must not collide.
_ROLES_LOCK = 0x6E6B_726F_6C65
_LOGIN_SETTINGS = {
    "search_path": "''",
    "lock_timeout": "'3s'",
    "statement_timeout": "'15s'",
    "idle_in_transaction_session_timeout": "'30s'",
    # Compiling a short query takes longer than running it.
    "jit": "off",
}
# Citus hides shards from the catalogs by a filter on each row: looking up a type then takes seconds.
_LOGIN_SETTINGS_ON_CITUS = {"citus.override_table_visibility": "off"}


def control_role(settings: Settings) -> str:
    return names(settings).control


async def ensure_roles(connection: asyncpg.Connection, settings: Settings) -> None:
    """Make or mend roles, schemas of our own and their rights. Idempotent."""
    named = names(settings)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _ROLES_LOCK)
        await _ensure_role(connection, named.control, "NOLOGIN")
        await _ensure_role(connection, named.tenants, "NOLOGIN")
        login = f"LOGIN NOINHERIT PASSWORD '{app_password(settings)}'"
        await _ensure_role(connection, named.app, login)
        extra = _LOGIN_SETTINGS_ON_CITUS if await on_citus(connection) else {}
        for statement in _rights(named, _LOGIN_SETTINGS | extra):
            await connection.execute(statement)


async def _ensure_role(connection: asyncpg.Connection, role: str, attributes: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    await connection.execute(f'{"ALTER" if exists else "CREATE"} ROLE "{role}" {attributes}')


def _rights(named: Names, login_settings: Mapping[str, str]) -> list[str]:
    database = f'"{named.database}"'
    defaults = "ALTER DEFAULT PRIVILEGES IN SCHEMA nakamise GRANT"
    settings = [
        f'ALTER ROLE "{named.app}" IN DATABASE {database} SET {name} = {value}'
        for name, value in login_settings.items()
    ]
    return [
        *settings,
        f'GRANT "{named.control}" TO "{named.app}"',
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f'GRANT CONNECT ON DATABASE {database} TO "{named.app}"',
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"CREATE SCHEMA IF NOT EXISTS {EXTENSION_SCHEMA}",
        f'GRANT USAGE ON SCHEMA {EXTENSION_SCHEMA} TO "{named.tenants}", "{named.control}"',
        f"CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA {EXTENSION_SCHEMA}",
        "CREATE SCHEMA IF NOT EXISTS nakamise",
        f'GRANT USAGE ON SCHEMA nakamise TO "{named.tenants}", "{named.control}"',
        f'{defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{named.control}"',
        f'{defaults} USAGE, SELECT ON SEQUENCES TO "{named.control}"',
    ]


def tenant_role_script(schema: str, named: Names, *, shard: bool = False) -> str:
    """SQL that makes an empty tenant schema and its role; tables made in it later get their rights by default.

    On Citus (``shard``) the schema may live on any node, and the nodes meet each other as the role: it may log
    in there, but it has no password.
    """
    check_schema_name(schema)
    login = "LOGIN" if shard else "NOLOGIN"
    sharding = (
        f'GRANT CONNECT ON DATABASE "{named.database}" TO "{schema}";'
        "SET LOCAL citus.enable_schema_based_sharding = on;"
        if shard
        else ""
    )
    return f"""
CREATE ROLE "{schema}" {login};
GRANT "{named.tenants}" TO "{schema}";
GRANT "{schema}" TO "{named.app}";
GRANT "{schema}" TO CURRENT_USER;
{sharding}
CREATE SCHEMA "{schema}";
GRANT USAGE ON SCHEMA "{schema}" TO "{schema}";
ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{schema}";
ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT USAGE, SELECT ON SEQUENCES TO "{schema}";
"""
