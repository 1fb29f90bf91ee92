"""A PostgreSQL and a server of their own, to be killed."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from nakamise.building import build_runtime, close_runtime
from nakamise.clock import FixedClock
from nakamise.embedded import EmbeddedPostgres
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import SYSTEM, Actor, Tenant, TenantCtx
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import provision, switches
from nakamise.tenancy.bootstrap import prepare_database
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.server import free_port
from tests.plugins.shop.stall import Stall

PLUGINS = ("payments", "payments_sandbox", "shop")


async def prepared(postgres: EmbeddedPostgres, data_dir: Path) -> Settings:
    settings = Settings(
        secret_key=secrets.token_urlsafe(32).encode(),
        port=free_port(),
        data_dir=data_dir,
        database_url=postgres.start(),
        pool_size=8,
    )
    await prepare_database(settings)
    return settings


@asynccontextmanager
async def running(settings: Settings, host: PluginHost) -> AsyncIterator[Runtime]:
    runtime = await build_runtime(settings, host=host)
    try:
        yield runtime
    finally:
        await close_runtime(runtime)


async def stall_on(runtime: Runtime, slug: str, plugins: tuple[str, ...] = PLUGINS) -> Stall:
    """A tenant that sells, with an open shop ``honten``."""
    wanted = provision.NewTenant(slug=slug, name=slug, hosts=[f"{slug}.localhost"], plugins=plugins)
    tenant_id = await provision.create(runtime.settings, runtime.host, wanted)
    await switches.enable_all(runtime, tenant_id, plugins)
    await runtime.directory.refresh()
    tenant = runtime.directory.by_id(tenant_id)
    assert tenant is not None
    stall = on(runtime, tenant)
    await stall.shop("honten", "LC")
    return stall


def on(runtime: Runtime, tenant: Tenant) -> Stall:
    """The same tenant seen through another runtime."""

    def ctx_for(tenant: Tenant, actor: Actor | None = None) -> TenantCtx:
        return TenantCtx(runtime, tenant, actor or SYSTEM, runtime.host.lineup(tenant.plugins))

    return Stall(tenant, ctx_for(tenant), ctx_for)


def at(ctx: TenantCtx, moment: datetime) -> TenantCtx:
    """On a server whose clock says ``moment``."""
    runtime = dataclasses.replace(ctx.runtime, clock=FixedClock(moment))
    return TenantCtx(runtime, ctx.tenant, ctx.actor, ctx.lineup, locale=ctx.locale)


def through(settings: Settings, port: int) -> Settings:
    """The same database, reached by another port."""
    url = settings.database_url or ""
    head, _, tail = url.rpartition(":")
    return msgspec.structs.replace(settings, database_url=f"{head}:{port}/{tail.partition('/')[2]}")


@asynccontextmanager
async def forgetting_keys(settings: Settings, tenant: Tenant) -> AsyncIterator[None]:
    """Until the block ends, the database writes every idempotency key down as another one: a control."""
    schema = tenant.schema
    async with owner_connection(settings) as owner:
        await owner.execute(
            f'CREATE FUNCTION "{schema}".forget_key() RETURNS trigger LANGUAGE plpgsql AS'
            " $$ BEGIN NEW.key := gen_random_uuid()::text; RETURN NEW; END $$;"
            f' CREATE TRIGGER forget_key BEFORE INSERT ON "{schema}".shop_idempotency'
            f' FOR EACH ROW EXECUTE FUNCTION "{schema}".forget_key()'
        )
        try:
            yield
        finally:
            await owner.execute(f'DROP FUNCTION "{schema}".forget_key CASCADE')
