"""New tenants in a prepared installation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import httpx

from nakamise.host.registry import PluginHost
from nakamise.plugin.context import SYSTEM, Actor, Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import provision, switches
from nakamise.tenancy.directory import Directory


async def bare_tenant(
    settings: Settings,
    host: PluginHost,
    directory: Directory,
    *,
    slug: str | None = None,
    plugins: Sequence[str] = (),
) -> Tenant:
    """Nothing is on; ``plugins`` have their tables only."""
    slug = slug or f"t-{secrets.token_hex(5)}"
    wanted = provision.NewTenant(
        slug=slug, name=slug.upper(), hosts=[f"{slug}.localhost"], plugins=plugins, plan="unlimited"
    )
    tenant_id = await provision.create(settings, host, wanted)
    await directory.catch_up()
    tenant = directory.by_id(tenant_id)
    assert tenant is not None
    return tenant


async def tenant_with(runtime: Runtime, plugins: Sequence[str], *, slug: str | None = None) -> Tenant:
    """``plugins`` and what they require are on."""
    wanted = with_requirements(runtime.host, plugins)
    tenant = await bare_tenant(runtime.settings, runtime.host, runtime.directory, slug=slug, plugins=wanted)
    await switches.enable_all(runtime, tenant.id, wanted)
    await runtime.directory.catch_up()
    return current(runtime, tenant)


def current(runtime: Runtime, tenant: Tenant) -> Tenant:
    """As the directory knows it now."""
    return runtime.directory.by_id(tenant.id) or tenant


def ctx_of(runtime: Runtime, tenant: Tenant, actor: Actor | None = None) -> TenantCtx:
    """Acts as the system when nobody is named."""
    fresh = current(runtime, tenant)
    return TenantCtx(runtime, fresh, actor or SYSTEM, runtime.host.lineup(fresh.plugins))


def client_of(app: App, runtime: Runtime, tenant: Tenant) -> httpx.AsyncClient:
    """To be closed by who asked for it."""
    base_url = runtime.directory.base_url(tenant)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url=base_url, headers={"Origin": base_url}
    )


def with_requirements(host: PluginHost, plugins: Sequence[str]) -> tuple[str, ...]:
    """In the order in which they can be switched on. Raises KeyError for a plugin that is not usable."""
    wanted = set(plugins)
    todo = list(plugins)
    while todo:
        for required in host.manifest(todo.pop()).requires:
            if required not in wanted:
                wanted.add(required)
                todo.append(required)
    return tuple(host.in_order(wanted))
