"""The same as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody

from nakamise.host import service, views
from nakamise.host.about import PluginAbout, about
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx
from nakamise.ui import settings_form

MANAGE = requires("core.plugins.manage")
_TAGS = ["plugins"]


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    is_on: bool


@get("/api/core/plugins", opt=MANAGE, tags=_TAGS)
async def list_plugins(ctx: Ctx) -> views.PluginList:
    """Installed plugins, what is on, and what was refused."""
    return await views.plugin_list(ctx)


@get("/api/core/plugins/{plugin_id:str}", opt=MANAGE, tags=_TAGS)
async def about_plugin(ctx: Ctx, plugin_id: FromPath[str]) -> PluginAbout:
    """What it adds, needs and may do, and what failed lately."""
    return await about(ctx, service.usable(ctx, plugin_id))


@put("/api/core/plugins/{plugin_id:str}", opt=MANAGE, tags=_TAGS, status_code=204)
async def switch_plugin(ctx: Ctx, plugin_id: FromPath[str], data: JSONBody[Switch]) -> None:
    """Switch a plugin on or off. Off keeps its data."""
    await service.switch(ctx, plugin_id, on=data.is_on)


@get("/api/core/plugins/{plugin_id:str}/settings", opt=MANAGE, tags=_TAGS)
async def read_settings(ctx: Ctx, plugin_id: FromPath[str]) -> dict[str, Any]:
    """Secrets are null."""
    return settings_form.masked(ctx.settings(service.settings_type(ctx, plugin_id)))


@put("/api/core/plugins/{plugin_id:str}/settings", opt=MANAGE, tags=_TAGS, status_code=204)
async def write_settings(ctx: Ctx, plugin_id: FromPath[str], data: JSONBody[dict[str, Any]]) -> None:
    """Replace all settings; a secret that is left out or null keeps its value."""
    type_ = service.settings_type(ctx, plugin_id)
    await service.configure(ctx, plugin_id, settings_form.unmasked(ctx.settings(type_), data))


route_handlers = [list_plugins, about_plugin, switch_plugin, read_settings, write_settings]
