"""Which plugins are installed, on and refused: for the people who run a tenant."""

from __future__ import annotations

import msgspec
from litestar import get

from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx

MANAGE = requires("core.plugins.manage")


class PluginView(msgspec.Struct, frozen=True):
    """``missing`` must be switched on first; ``dependents`` are on and need this one."""

    id: str
    title: str
    summary: str
    version: str
    is_on: bool
    has_settings: bool
    missing: list[str]
    dependents: list[str]


class RefusedView(msgspec.Struct, frozen=True):
    id: str
    why: str


class PluginList(msgspec.Struct, frozen=True):
    usable: list[PluginView]
    refused: list[RefusedView]


def plugin_list(ctx: TenantCtx) -> PluginList:
    from nakamise.ui.i18n import translate

    host = ctx.runtime.host
    on = ctx.tenant.plugins
    usable = [
        PluginView(
            manifest.id,
            translate(ctx.locale, manifest.id, manifest.title),
            translate(ctx.locale, manifest.id, manifest.summary),
            manifest.version,
            manifest.id in on,
            manifest.settings is not None,
            host.missing_requirements(manifest.id, on),
            host.dependents(manifest.id, on),
        )
        for manifest in host.usable
    ]
    refused = [
        RefusedView(found.id, translate(ctx.locale, "core", found.why.value)) for found in host.refused
    ]
    return PluginList(usable, refused)


@get("/api/core/plugins", opt=MANAGE)
async def list_plugins(ctx: Ctx) -> PluginList:
    return plugin_list(ctx)


route_handlers = [list_plugins]
