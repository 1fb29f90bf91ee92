"""The owner's connection, which migrates and creates roles, and the names that follow from the database's."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit

import asyncpg
import msgspec

from nakamise.db.database import prepare
from nakamise.db.tx import CommitLost, Tx
from nakamise.ids import check_schema_name
from nakamise.settings import Settings, SettingsError

# Extensions live here, because a tenant's path holds its own schema only: nakamise_ext.gin_trgm_ops.
EXTENSION_SCHEMA = "nakamise_ext"


class Names(msgspec.Struct, frozen=True):
    """Roles are shared by all databases of a server, so they carry the database's name."""

    database: str

    @property
    def app(self) -> str:
        """Logs in, and can do nothing before it takes another role."""
        return f"{self.database}_app"

    @property
    def control(self) -> str:
        """Works on the shared schema."""
        return f"{self.database}_control"

    @property
    def tenants(self) -> str:
        """What every tenant's role is a member of: the right to call functions of the shared schema."""
        return f"{self.database}_tenants"


def owner_url(settings: Settings) -> str:
    """Raises SettingsError while no server is known."""
    if settings.database_url is None:
        raise SettingsError("No database: set NAKAMISE_DATABASE_URL, or start the embedded server first.")
    return settings.database_url


def names(settings: Settings) -> Names:
    """Raises SettingsError for a database name that would need quoting."""
    database = unquote(urlsplit(owner_url(settings)).path.lstrip("/"))
    if re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", database) is None:
        raise SettingsError(f"The database is called {database!r}: use a name of a-z, 0-9 and _.")
    return Names(database)


def app_password(settings: Settings) -> str:
    """Follows from the secret key, so it is stored nowhere."""
    message = f"database role {names(settings).app}".encode()
    return hmac.new(settings.secret_key, message, hashlib.sha256).hexdigest()


def app_url(settings: Settings) -> str:
    """The URL of the login role on the owner's server."""
    parts = urlsplit(owner_url(settings))
    address = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{names(settings).app}:{app_password(settings)}@{address}").geturl()


@asynccontextmanager
async def owner_connection(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own, outside of the pool, closed at the end."""
    connection = await asyncpg.connect(owner_url(settings), statement_cache_size=0)
    try:
        await prepare(connection)
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def owner_transaction(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection with one transaction. Raises CommitLost when an error inside it was swallowed."""
    async with owner_connection(settings) as connection:
        # asyncpg's own transaction() does not look at what COMMIT answered.
        await connection.execute("BEGIN; SET LOCAL lock_timeout = '3s'")
        yield connection
        tag = await connection.execute("COMMIT")
        if tag != "COMMIT":
            raise CommitLost(f"PostgreSQL answered COMMIT with {tag}")


async def on_citus(connection: asyncpg.Connection) -> bool:
    """Whether the schemas of this database are shards, see docs/how-to/scale-out.md."""
    found: int | None = await connection.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
    return found is not None


@asynccontextmanager
async def as_tenant(connection: asyncpg.Connection, schema: str) -> AsyncIterator[Tx]:
    """A part of the owner's transaction with the tenant's rights and path only; the owner's after it.

    What was handed to ``Tx.after_commit`` is for the caller to run once its transaction has ended.
    """
    check_schema_name(schema)
    # Citus lets one transaction work on a shard as one user only, and here the owner may have made tables.
    role = "" if await on_citus(connection) else f'SET LOCAL ROLE "{schema}"; '
    await connection.execute(f'{role}SET LOCAL search_path = "{schema}", pg_temp')
    yield Tx(connection, schema)
    await connection.execute("SET LOCAL ROLE NONE; SET LOCAL search_path = nakamise, pg_temp")
