"""A new tenant: a role, a schema with its tables, a row in the directory; all of it or nothing."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import asyncpg
import msgspec

from nakamise.auth.preset_roles import ensure_preset_roles
from nakamise.errors import Conflict
from nakamise.host.registry import PluginHost
from nakamise.ids import check_schema_name, new_schema_name, uuid7
from nakamise.settings import Settings
from nakamise.tenancy.apply import build_schema, write_ledger
from nakamise.tenancy.control import By, announce
from nakamise.tenancy.history import History, core_history, plugin_history
from nakamise.tenancy.hosts import normal_host
from nakamise.tenancy.owner import Names, as_tenant, names, owner_connection, owner_transaction


class NewTenant(msgspec.Struct, frozen=True, kw_only=True):
    """The first of ``hosts`` is the canonical one. ``plugins`` get their tables at once; switching on is separate.

    ``state`` "building": nobody is served before its maker has finished, and what is left unfinished goes.
    """

    slug: str
    name: str
    hosts: Sequence[str]
    plugins: Sequence[str] = ()
    agency: str = "demo"
    locale: str = "ja"
    timezone: str = "Asia/Tokyo"
    currency: str = "JPY"
    brand: Mapping[str, Any] = {}
    state: Literal["active", "building"] = "active"
    plan: str = "standard"


def histories(host: PluginHost, plugins: Sequence[str]) -> list[History]:
    """The core's and those of ``plugins``, requirements first."""
    return [core_history(), *(plugin_history(host.manifest(id_)) for id_ in host.in_order(plugins))]


def fingerprint(wanted: Sequence[History]) -> str:
    """Equal for schemas that would come out equal."""
    return hashlib.sha256("".join(f"{h.plugin}:{h.digest};" for h in wanted).encode()).hexdigest()


async def ensure_agency(connection: asyncpg.Connection, slug: str, name: str) -> None:
    await connection.execute(
        "INSERT INTO nakamise.agency (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING",
        uuid7(),
        slug,
        name,
    )


async def create(
    settings: Settings, host: PluginHost, new: NewTenant, *, actor: str | By = "operator"
) -> uuid.UUID:
    """The id of the new tenant, on no plugin yet.

    Raises Conflict for a slug that is taken or may not be used, for a taken host and for an unknown agency,
    ValueError for a host that is none.
    """
    wanted = histories(host, new.plugins)
    try:
        async with owner_transaction(settings) as connection:
            schema = await _schema(connection, names(settings), wanted)
            tenant_id = await _enter(connection, schema, new, wanted)
            async with as_tenant(connection, schema) as tx:
                await ensure_preset_roles(tx)
            detail = {"slug": new.slug, "schema": schema}
            await announce(connection, tenant_id, "tenant.create", actor=actor, detail=detail)
    except asyncpg.CheckViolationError as error:
        # The rule for names, reserved words included, stands in the table.
        raise Conflict("%(slug)s cannot be a tenant's name.", params={"slug": new.slug}) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise Conflict("There is no plan %(plan)s.", params={"plan": new.plan}) from error
    except asyncpg.UniqueViolationError as error:
        raise Conflict(
            "This name or address is taken: %(detail)s", params={"detail": error.detail or ""}
        ) from error
    return tenant_id


async def refill(
    settings: Settings,
    host: PluginHost,
    plugins: Sequence[str],
    *,
    keep: int,
    also: Sequence[Sequence[str]] = (),
) -> int:
    """Make ready schemas for ``plugins`` until ``keep`` wait; the number made.

    Schemas for other sets than ``plugins`` and those in ``also`` are outdated and dropped.
    """
    wanted = histories(host, plugins)
    mark = fingerprint(wanted)
    marks = [mark, *(fingerprint(histories(host, other)) for other in also)]
    async with owner_connection(settings) as connection:
        count: int = await connection.fetchval(
            "SELECT count(*) FROM nakamise.schema_pool WHERE fingerprint = $1", mark
        )
        await _drop_outdated(connection, marks)
        made = max(0, keep - count)
        for _ in range(made):
            async with connection.transaction():
                schema = await _build(connection, names(settings), wanted)
                await connection.execute(
                    "INSERT INTO nakamise.schema_pool (schema, fingerprint) VALUES ($1, $2)", schema, mark
                )
    return made


async def _drop_outdated(connection: asyncpg.Connection, marks: Sequence[str]) -> None:
    for schema in await connection.fetch(
        "DELETE FROM nakamise.schema_pool WHERE fingerprint <> ALL ($1) RETURNING schema", marks
    ):
        name = check_schema_name(schema["schema"])
        await connection.execute(f'DROP SCHEMA "{name}" CASCADE; DROP OWNED BY "{name}"; DROP ROLE "{name}"')


async def _schema(connection: asyncpg.Connection, named: Names, wanted: Sequence[History]) -> str:
    """A ready one when there is one, else built now."""
    ready: str | None = await connection.fetchval(
        "DELETE FROM nakamise.schema_pool WHERE schema = (SELECT p.schema FROM nakamise.schema_pool p"
        " WHERE p.fingerprint = $1 LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING schema",
        fingerprint(wanted),
    )
    return ready or await _build(connection, named, wanted)


async def _build(connection: asyncpg.Connection, named: Names, wanted: Sequence[History]) -> str:
    schema = new_schema_name()
    await build_schema(connection, schema, named, wanted)
    return schema


async def _enter(
    connection: asyncpg.Connection, schema: str, new: NewTenant, wanted: Sequence[History]
) -> uuid.UUID:
    agency = await connection.fetchval("SELECT id FROM nakamise.agency WHERE slug = $1", new.agency)
    if agency is None:
        raise Conflict("There is no agency %(slug)s.", params={"slug": new.agency})
    tenant_id = uuid7()
    await connection.execute(
        "INSERT INTO nakamise.tenant (id, agency_id, schema, slug, name, locale, timezone, currency, brand, state, plan)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        *(tenant_id, agency, schema, new.slug, new.name, new.locale, new.timezone, new.currency),
        *(dict(new.brand), new.state, new.plan),
    )
    await set_hosts(connection, tenant_id, new.hosts)
    for history in wanted:
        await write_ledger(connection, tenant_id, history)
    return tenant_id


async def proven_hosts(connection: asyncpg.Connection, tenant_id: uuid.UUID) -> list[str]:
    """Served because the tenant proved that they are its own: no blueprint takes them away."""
    rows = await connection.fetch(
        "SELECT h.host FROM nakamise.tenant_host h JOIN nakamise.host_claim c"
        " ON c.tenant_id = h.tenant_id AND c.host = h.host AND c.verified_at IS NOT NULL"
        " WHERE h.tenant_id = $1 ORDER BY h.canonical DESC, h.host",
        tenant_id,
    )
    return [row["host"] for row in rows]


async def set_hosts(connection: asyncpg.Connection, tenant_id: uuid.UUID, hosts: Sequence[str]) -> None:
    """Replace the tenant's hosts but those that it proved itself; the first is the canonical one, unless a
    proven one is. Raises ValueError for what is no host, Conflict for another tenant's."""
    normal = [normal_host(host) for host in hosts]
    proven = await proven_hosts(connection, tenant_id)
    await connection.execute(
        "DELETE FROM nakamise.tenant_host WHERE tenant_id = $1 AND host <> ALL ($2)",
        tenant_id,
        [*normal, *proven],
    )
    chosen = await connection.fetchval(
        "SELECT host FROM nakamise.tenant_host WHERE tenant_id = $1 AND canonical AND host = ANY ($2)",
        tenant_id,
        proven,
    )
    await connection.execute(
        "UPDATE nakamise.tenant_host SET canonical = false WHERE tenant_id = $1 AND canonical AND host <> $2",
        tenant_id,
        chosen or "",
    )
    for position, host in enumerate(normal):
        # A host of another tenant is not taken over: the update finds nothing and the row stays theirs.
        await connection.execute(
            "INSERT INTO nakamise.tenant_host (host, tenant_id, canonical) VALUES ($1, $2, $3)"
            " ON CONFLICT (host) DO UPDATE SET canonical = excluded.canonical"
            " WHERE tenant_host.tenant_id = excluded.tenant_id",
            host,
            tenant_id,
            host == chosen if chosen else position == 0,
        )
    held = await connection.fetchval(
        "SELECT count(*) FROM nakamise.tenant_host WHERE tenant_id = $1 AND host = ANY ($2)",
        tenant_id,
        normal,
    )
    if held != len(set(normal)):
        raise Conflict(
            "One of these addresses belongs to another tenant: %(hosts)s", params={"hosts": ", ".join(normal)}
        )
