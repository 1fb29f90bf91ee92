"""The rows of an imported tenant in the shared schema."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import asyncpg
import msgspec

from nakamise.errors import Conflict
from nakamise.host import sealed_settings
from nakamise.host.registry import PluginHost
from nakamise.runtime import Runtime
from nakamise.tenancy.provision import set_hosts
from nakamise.tenancy.transfer.secrets import Secrets
from nakamise.tenancy.transfer.shared import Switch, TenantPart, write_switches


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be otherwise than at the source. The first of ``hosts`` is the canonical one.

    ``without``: plugins whose data stay out. ``take_jobs``: None takes them from a tenant that was not
    served at its source. ``is_copy``: the original goes on beside it, so nobody stays logged in.
    """

    slug: str | None = None
    hosts: Sequence[str] = ()
    agency: str | None = None
    plan: str | None = None
    without: frozenset[str] = frozenset()
    passphrase: str | None = None
    take_jobs: bool | None = None
    is_copy: bool = False
    is_suspended: bool = False


async def enter(
    runtime: Runtime,
    connection: asyncpg.Connection,
    tenant_id: uuid.UUID,
    schema: str,
    tenant: TenantPart,
    target: Target,
    opened: Secrets | None,
) -> tuple[str, ...]:
    """The tenant's hosts here. Raises Conflict."""
    await connection.execute("SET LOCAL search_path = nakamise, pg_temp")
    agency_slug = target.agency or tenant.agency
    agency = await connection.fetchval("SELECT id FROM nakamise.agency WHERE slug = $1", agency_slug)
    if agency is None:
        raise Conflict("There is no agency %(slug)s.", params={"slug": agency_slug})
    slug = target.slug or tenant.slug
    try:
        await connection.execute(
            "INSERT INTO nakamise.tenant (id, agency_id, schema, slug, name, state, plan, locale, timezone,"
            " currency, brand, blueprint_sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            *(tenant_id, agency, schema, slug, tenant.name, "suspended" if target.is_suspended else "active"),
            *(target.plan or tenant.plan, tenant.locale, tenant.timezone, tenant.currency, tenant.brand),
            tenant.blueprint_sha256,
        )
    except asyncpg.CheckViolationError as error:
        raise Conflict("%(slug)s cannot be a tenant's name.", params={"slug": slug}) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise Conflict(
            "There is no plan %(plan)s here: make it, or name another one.",
            params={"plan": target.plan or tenant.plan},
        ) from error
    hosts = hosts_for(tenant, target, runtime.settings.base_domain)
    await set_hosts(connection, tenant_id, hosts)
    await write_switches(connection, tenant_id, _switches(runtime.host, tenant_id, tenant, target, opened))
    return hosts


def hosts_for(tenant: TenantPart, target: Target, base_domain: str) -> tuple[str, ...]:
    """The given ones; else, under a new name, that name below our base domain; else those of the source."""
    if target.hosts:
        return tuple(target.hosts)
    if target.slug is not None and target.slug != tenant.slug:
        return (f"{target.slug}.{base_domain}",)
    return tuple(one.host for one in tenant.hosts)


def _switches(
    host: PluginHost, tenant_id: uuid.UUID, tenant: TenantPart, target: Target, opened: Secrets | None
) -> list[Switch]:
    """Those that come along, secret settings sealed for their new owner."""
    types = {manifest.id: manifest.settings for manifest in host.usable}
    plain = opened.settings if opened else {}
    switches = []
    for switch in tenant.switches:
        values, type_ = plain.get(switch.plugin), types.get(switch.plugin)
        settings = switch.settings
        if values is not None and type_ is not None and host.vault is not None:
            settings = sealed_settings.seal(host.vault, tenant_id, switch.plugin, type_, values)
        if switch.plugin not in target.without:
            switches.append(msgspec.structs.replace(switch, settings=settings))
    return switches
