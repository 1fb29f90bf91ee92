"""Make or bring up to date a tenant from a folder of files. Applying twice changes nothing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from nakamise.errors import NakamiseError
from nakamise.host.registry import PluginHost
from nakamise.images import ingest
from nakamise.images.easel import Easel
from nakamise.media import add_picture, media_of
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy import provision, switches
from nakamise.tenancy.blueprint_file import (
    PICTURES,
    TENANT_FILE,
    BlueprintError,
    PluginsMissing,
    TenantFile,
    fingerprint,
    inside,
    named,
    pictures_of,
    read_tenant_file,
    read_toml,
)
from nakamise.tenancy.blueprint_people import write_pages, write_users
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_connection, owner_transaction

Progress = Callable[[str], None]
PICTURE_KIND = "art"
_APPLY_LOCKS = 0x6E6D


class Folder:
    """What ``tenant_seed`` gets: see ``contracts.blueprint.Blueprint``."""

    def __init__(self, ctx: TenantCtx, path: Path, easel: Easel) -> None:
        self._ctx = ctx
        self._path = path
        self._easel = easel
        self._pictures: dict[str, asyncio.Future[str]] = {}

    def data(self, plugin_id: str) -> dict[str, Any]:
        path = self._path / f"{plugin_id}.toml"
        return named(read_toml(path), self._ctx.tenant.name) if path.is_file() else {}

    def file(self, relative: str) -> Path:
        return inside(self._path, relative)

    async def picture(self, relative: str) -> str:
        """Raises BlueprintError for a file that is no picture, or not there."""
        if relative not in self._pictures:
            self._pictures[relative] = asyncio.ensure_future(self._ingest(relative))
        return await self._pictures[relative]

    async def _ingest(self, relative: str) -> str:
        path = self.file(relative)
        prepare = self._easel.draw if path.suffix == ".svg" else ingest
        try:
            data = path.read_bytes()
            return str(await add_picture(self._ctx, data, PICTURE_KIND, prepare=prepare))
        except (OSError, ValueError, NakamiseError) as error:
            raise BlueprintError(f"{path}: {error}") from error


async def apply(runtime: Runtime, folder: Path, base_domain: str, progress: Progress | None = None) -> Tenant:
    """The tenant as it is afterwards.

    Raises BlueprintError for what the files say, Conflict for hosts or slugs that are taken.
    """
    say = progress or (lambda _: None)
    file = read_tenant_file(folder, base_domain)
    _check_plugins(runtime, folder, file)
    async with _one_at_a_time(runtime, file.tenant.slug):
        tenant = await _ensure_tenant(runtime, file)
        await furnish(runtime, tenant.id, folder, file, say)
        await _remember(runtime, tenant.id, state_of(runtime.host, folder, file))
    return _ctx(runtime, tenant.id).tenant


@asynccontextmanager
async def _one_at_a_time(runtime: Runtime, slug: str) -> AsyncIterator[None]:
    """Another lock than the tenant's own, which each step takes and lets go. It ends with the process."""
    async with owner_connection(runtime.settings) as connection:
        await connection.execute("SELECT pg_advisory_lock($1, hashtext($2))", _APPLY_LOCKS, slug)
        yield


async def furnish(
    runtime: Runtime, tenant_id: uuid.UUID, folder: Path, file: TenantFile, say: Progress
) -> None:
    """Everything of ``file`` into a tenant that is there: plugins, pictures, pages, users, data."""
    for plugin_id in runtime.host.in_order(file.plugins.enabled):
        say(f"{file.tenant.slug}: {plugin_id}")
        await _switch(runtime, tenant_id, plugin_id, file)
    async with Easel() as easel:
        await _fill(runtime, tenant_id, folder, file, easel, say)


async def _fill(
    runtime: Runtime, tenant_id: uuid.UUID, folder: Path, file: TenantFile, easel: Easel, say: Progress
) -> None:
    ctx = _ctx(runtime, tenant_id)
    blueprint = Folder(ctx, folder, easel)
    say(f"{file.tenant.slug}: pictures and pages")
    # All at once; each is then found ready where it is used.
    await asyncio.gather(*(blueprint.picture(relative) for relative in pictures_of(file)))
    await _write_tenant(runtime, ctx, file, await _brand(ctx, blueprint, file))
    await write_pages(ctx, blueprint, file)
    await write_users(ctx, blueprint, file)
    say(f"{file.tenant.slug}: data")
    ctx = _ctx(runtime, tenant_id)
    await ctx.lineup.call("tenant_seed", ctx=ctx, blueprint=Folder(ctx, folder, easel))


def state_of(host: PluginHost, folder: Path, file: TenantFile) -> str:
    """Equal while neither the files nor the plugins that they switch on changed."""
    used = [manifest for manifest in host.usable if manifest.id in file.plugins.enabled]
    return fingerprint(folder, ",".join(f"{manifest.id}={manifest.version}" for manifest in used))


def _check_plugins(runtime: Runtime, folder: Path, file: TenantFile) -> None:
    usable = {manifest.id for manifest in runtime.host.usable}
    missing = [id_ for id_ in (*file.plugins.enabled, *file.plugins.settings) if id_ not in usable]
    if missing:
        raise PluginsMissing(f"{folder / TENANT_FILE}: plugins: {', '.join(missing)} cannot be used here")
    for id_ in file.plugins.enabled:
        absent = [need for need in runtime.host.manifest(id_).requires if need not in file.plugins.enabled]
        if absent:
            raise BlueprintError(
                f"{folder / TENANT_FILE}: plugins.enabled: {id_} needs {', '.join(absent)} too"
            )


async def _ensure_tenant(runtime: Runtime, file: TenantFile) -> Tenant:
    await runtime.directory.refresh()
    known = runtime.directory.by_slug(file.tenant.slug)
    if known is None:
        about = file.tenant
        async with owner_transaction(runtime.settings) as connection:
            await provision.ensure_agency(connection, about.agency, about.agency)
        await provision.create(
            runtime.settings,
            runtime.host,
            provision.NewTenant(
                slug=about.slug,
                name=about.name,
                hosts=file.hosts,
                plugins=file.plugins.enabled,
                agency=about.agency,
                plan=about.plan,
            ),
        )
        await runtime.directory.catch_up()
        known = runtime.directory.by_slug(file.tenant.slug)
    if known is None:
        raise BlueprintError(f"{file.tenant.slug}: the tenant is not in the directory")
    return known


async def _switch(runtime: Runtime, tenant_id: uuid.UUID, plugin_id: str, file: TenantFile) -> None:
    tenant = runtime.directory.by_id(tenant_id)
    settings = file.plugins.settings.get(plugin_id)
    if tenant is None or plugin_id not in tenant.plugins:
        await switches.enable(runtime, tenant_id, plugin_id, settings=settings, actor="blueprint")
    elif settings is not None:
        await switches.configure(runtime, tenant_id, plugin_id, settings, actor="blueprint")


async def _brand(ctx: TenantCtx, blueprint: Folder, file: TenantFile) -> dict[str, Any]:
    """The brand with pictures as ``nakamise.media.Media`` objects, so that no page needs a query for them."""
    brand = dict(file.brand)
    if file.tenant.name_en:
        brand["name_en"] = file.tenant.name_en
    for key in PICTURES:
        if relative := brand.get(key):
            media_id = uuid.UUID(await blueprint.picture(relative))
            async with ctx.read() as tx:
                found = await media_of(tx, [media_id])
            brand[key] = msgspec.to_builtins(found[media_id])
    return brand


async def _write_tenant(runtime: Runtime, ctx: TenantCtx, file: TenantFile, brand: dict[str, Any]) -> None:
    about = file.tenant
    async with owner_transaction(runtime.settings) as connection:
        await connection.execute(
            "UPDATE nakamise.tenant SET name = $2, locale = $3, timezone = $4, currency = $5, brand = $6"
            " WHERE id = $1",
            *(ctx.tenant.id, about.name, about.locale, about.timezone, about.currency, brand),
        )
        await provision.set_hosts(connection, ctx.tenant.id, file.hosts)
        await announce(connection, ctx.tenant.id, "tenant.apply", actor="blueprint")
    await runtime.directory.catch_up()


async def _remember(runtime: Runtime, tenant_id: uuid.UUID, state: str) -> None:
    """Last, so that an apply that was cut short is done again."""
    async with owner_transaction(runtime.settings) as connection:
        await connection.execute(
            "UPDATE nakamise.tenant SET blueprint_sha256 = $2 WHERE id = $1", tenant_id, state
        )


def _ctx(runtime: Runtime, tenant_id: uuid.UUID) -> TenantCtx:
    tenant = runtime.directory.by_id(tenant_id)
    if tenant is None:
        raise BlueprintError(f"tenant {tenant_id} is not in the directory")
    return TenantCtx(runtime, tenant, SYSTEM, runtime.host.lineup(tenant.plugins))
