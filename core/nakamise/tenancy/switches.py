"""Plugins on and off for one tenant.

``enable`` does everything in one transaction of the owner's connection: tables, rights, the plugin's own
``tenant_enabled`` (with the tenant's role and path only), the switch and the audit line. A hook that
raises therefore leaves the plugin off and no table behind. The tenant's advisory lock keeps migrations
and other switches out meanwhile; nobody else's tables are touched.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import msgspec

from nakamise.auth.preset_roles import ensure_preset_roles
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.host import plugin_settings, sealed_settings
from nakamise.plans.gating import require_feature
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.runtime import Runtime
from nakamise.tenancy.apply import migrate_schema, write_ledger
from nakamise.tenancy.control import announce, lock_tenant, note
from nakamise.tenancy.history import plugin_history
from nakamise.tenancy.owner import as_tenant, owner_transaction


async def enable(
    runtime: Runtime,
    tenant_id: uuid.UUID,
    plugin_id: str,
    *,
    settings: Mapping[str, Any] | None = None,
    actor: str = "operator",
    locale: str | None = None,
) -> None:
    """Idempotent. ``settings`` replace the stored ones; ``locale`` (None: the tenant's) is the reader's of a refusal.

    Raises NotFound for a tenant or plugin that is not there, Conflict naming requirements that are off
    or the plans that include the plugin when the tenant's does not (``plan_feature``),
    Invalid for settings, and whatever the plugin's hook raised.
    """
    manifest = _manifest(runtime, plugin_id)
    stored = None if settings is None else _checked(manifest, settings)
    await _enable(runtime, tenant_id, [(manifest, stored)], actor, locale)


async def enable_all(
    runtime: Runtime, tenant_id: uuid.UUID, plugin_ids: Sequence[str], *, actor: str = "operator"
) -> None:
    """As ``enable`` one after the other, requirements first, in one transaction: all of them or none."""
    if wanted := [(_manifest(runtime, plugin_id), None) for plugin_id in plugin_ids]:
        await _enable(runtime, tenant_id, wanted, actor, None)


async def _enable(
    runtime: Runtime,
    tenant_id: uuid.UUID,
    wanted: Sequence[tuple[Manifest, dict[str, Any] | None]],
    actor: str,
    locale: str | None,
) -> None:
    done: list[Tx] = []
    async with owner_transaction(runtime.settings) as connection:
        tenant = await _locked(runtime, connection, tenant_id)
        for manifest, stored in wanted:
            await _require(runtime, connection, tenant, manifest.id, locale)
            tenant, tx = await _switch_on(runtime, connection, tenant, manifest, stored)
            done.append(tx)
        await _announce(connection, tenant_id, [manifest.id for manifest, _ in wanted], actor)
    await runtime.directory.catch_up()
    for tx in done:
        await tx.run_after_commit()


async def _announce(
    connection: asyncpg.Connection, tenant_id: uuid.UUID, plugin_ids: Sequence[str], actor: str
) -> None:
    """A line for each; only the last locks the version that all tenants share."""
    *others, last = plugin_ids
    for plugin_id in others:
        await note(
            connection, "plugin.enable", tenant_id=tenant_id, actor=actor, detail={"plugin": plugin_id}
        )
    await announce(connection, tenant_id, "plugin.enable", actor=actor, detail={"plugin": last})


async def _require(
    runtime: Runtime, connection: asyncpg.Connection, tenant: Tenant, plugin_id: str, locale: str | None
) -> None:
    if missing := runtime.host.missing_requirements(plugin_id, tenant.plugins):
        raise Conflict(
            "Switch these on first: %(plugins)s",
            code="requirements_off",
            params={"plugins": ", ".join(missing)},
        )
    await require_feature(connection, tenant.id, plugin_id, locale or tenant.locale)


async def _switch_on(
    runtime: Runtime,
    connection: asyncpg.Connection,
    tenant: Tenant,
    manifest: Manifest,
    stored: dict[str, Any] | None,
) -> tuple[Tenant, Tx]:
    """The tenant as it will be, and what its hook left to do after the commit."""
    history = plugin_history(manifest)
    await migrate_schema(connection, tenant.schema, history)
    await write_ledger(connection, tenant.id, history)
    await _store_switch(runtime, connection, tenant.id, manifest, stored)
    return await _run_enabled(runtime, connection, tenant, manifest, stored)


async def disable(runtime: Runtime, tenant_id: uuid.UUID, plugin_id: str, *, actor: str = "operator") -> None:
    """Hides the plugin; deletes nothing. Also works for a plugin that is not installed any more.

    Raises NotFound for a tenant, Conflict naming plugins that need this one.
    """
    async with owner_transaction(runtime.settings) as connection:
        tenant = await _locked(runtime, connection, tenant_id)
        if needed_by := runtime.host.dependents(plugin_id, tenant.plugins - {plugin_id}):
            raise Conflict(
                "Switch these off first: %(plugins)s",
                code="needed_by",
                params={"plugins": ", ".join(needed_by)},
            )
        await connection.execute(
            "UPDATE nakamise.plugin_switch SET is_on = false, changed_at = now()"
            " WHERE tenant_id = $1 AND plugin = $2",
            tenant_id,
            plugin_id,
        )
        async with as_tenant(connection, tenant.schema) as tx:
            only_this = runtime.host.lineup(frozenset({plugin_id}) & tenant.plugins)
            ctx = TenantCtx(runtime, tenant, SYSTEM, runtime.host.lineup(tenant.plugins))
            await only_this.call("tenant_disabled", ctx=ctx, tx=tx)
        await announce(connection, tenant_id, "plugin.disable", actor=actor, detail={"plugin": plugin_id})
    await runtime.directory.catch_up()
    await tx.run_after_commit()


async def configure(
    runtime: Runtime,
    tenant_id: uuid.UUID,
    plugin_id: str,
    settings: Mapping[str, Any],
    *,
    actor: str = "operator",
) -> None:
    """Replace the settings of a plugin that is or was on. Raises NotFound, or Invalid with one error a field."""
    manifest = _manifest(runtime, plugin_id)
    stored = _checked(manifest, settings)
    async with owner_transaction(runtime.settings) as connection:
        await lock_tenant(connection, tenant_id)
        before = await connection.fetchval(
            "SELECT settings FROM nakamise.plugin_switch WHERE tenant_id = $1 AND plugin = $2",
            tenant_id,
            plugin_id,
        )
        if before is None:
            raise NotFound("This feature was never switched on.")
        await _store_settings(runtime, connection, tenant_id, manifest, stored)
        before = _unsealed(runtime, tenant_id, plugin_id, before)
        changed = sorted(name for name in {*before, *stored} if before.get(name) != stored.get(name))
        # Values may be secrets, so the audit names the fields only.
        detail = {"plugin": plugin_id, "changed": changed}
        await announce(connection, tenant_id, "plugin.configure", actor=actor, detail=detail)
    await runtime.directory.catch_up()


def _unsealed(
    runtime: Runtime, tenant_id: uuid.UUID, plugin_id: str, stored: Mapping[str, Any]
) -> Mapping[str, Any]:
    vault = runtime.host.vault
    return stored if vault is None else sealed_settings.unseal(vault, tenant_id, plugin_id, stored)


def _manifest(runtime: Runtime, plugin_id: str) -> Manifest:
    try:
        return runtime.host.manifest(plugin_id)
    except KeyError:
        refused = {refusal.id: refusal for refusal in runtime.host.refused}
        if plugin_id in refused:
            refusal = refused[plugin_id]
            raise Conflict(
                "The plugin %(plugin)s cannot be used: %(why)s",
                params={"plugin": plugin_id, "why": f"{refusal.why.value} {refusal.detail}"},
            ) from None
        raise NotFound("There is no plugin %(plugin)s.", params={"plugin": plugin_id}) from None


def _checked(manifest: Manifest, settings: Mapping[str, Any]) -> dict[str, Any]:
    if manifest.settings is None:
        if settings:
            raise Conflict("The plugin %(plugin)s has no settings.", params={"plugin": manifest.id})
        return {}
    return plugin_settings.dump(plugin_settings.parse(manifest.settings, settings))


async def _locked(runtime: Runtime, connection: asyncpg.Connection, tenant_id: uuid.UUID) -> Tenant:
    """The tenant as it is once nobody else changes it."""
    await lock_tenant(connection, tenant_id)
    await runtime.directory.catch_up()
    tenant = runtime.directory.by_id(tenant_id)
    if tenant is None:
        raise NotFound("There is no such tenant.")
    return tenant


async def _store_switch(
    runtime: Runtime,
    connection: asyncpg.Connection,
    tenant_id: uuid.UUID,
    manifest: Manifest,
    stored: dict[str, Any] | None,
) -> None:
    await connection.execute(
        "INSERT INTO nakamise.plugin_switch (tenant_id, plugin, is_on, settings_version, first_on_at)"
        " VALUES ($1, $2, true, $3, now()) ON CONFLICT (tenant_id, plugin) DO UPDATE SET is_on = true,"
        " first_on_at = coalesce(plugin_switch.first_on_at, now()), changed_at = now()",
        tenant_id,
        manifest.id,
        manifest.settings_version,
    )
    if stored is not None:
        await _store_settings(runtime, connection, tenant_id, manifest, stored)


async def _store_settings(
    runtime: Runtime,
    connection: asyncpg.Connection,
    tenant_id: uuid.UUID,
    manifest: Manifest,
    stored: dict[str, Any],
) -> None:
    """Secrets are sealed on their way in."""
    if manifest.settings is not None and runtime.host.vault is not None:
        stored = sealed_settings.seal(runtime.host.vault, tenant_id, manifest.id, manifest.settings, stored)
    await connection.execute(
        "UPDATE nakamise.plugin_switch SET settings = $3, settings_version = $4, changed_at = now()"
        " WHERE tenant_id = $1 AND plugin = $2",
        tenant_id,
        manifest.id,
        stored,
        manifest.settings_version,
    )


async def _run_enabled(
    runtime: Runtime,
    connection: asyncpg.Connection,
    tenant: Tenant,
    manifest: Manifest,
    stored: dict[str, Any] | None,
) -> tuple[Tenant, Tx]:
    settings = dict(tenant.plugin_settings)
    if stored is not None:
        settings[manifest.id] = stored
    coming = msgspec.structs.replace(
        tenant,
        plugins=tenant.plugins | {manifest.id},
        plugin_settings=settings,
        # Settings are cached by version, and this state may never come true.
        version=-time.time_ns(),
    )
    ctx = TenantCtx(runtime, coming, SYSTEM, runtime.host.lineup(coming.plugins))
    async with as_tenant(connection, tenant.schema) as tx:
        await ensure_preset_roles(tx, manifest.permissions)
        await runtime.host.lineup(frozenset({manifest.id})).call("tenant_enabled", ctx=ctx, tx=tx)
    return coming, tx
