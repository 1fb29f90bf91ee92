"""Switching and setting plugins on behalf of a tenant's administrator."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from nakamise.errors import Conflict, NotFound, Problem
from nakamise.host.views import is_for
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.ui.i18n import N_

log: Final = logging.getLogger("nakamise.plugins")


def usable(ctx: TenantCtx, plugin_id: str) -> Manifest:
    """Raises NotFound, also for what is for others than this tenant."""
    found = next((manifest for manifest in ctx.runtime.host.usable if manifest.id == plugin_id), None)
    if found is None or not is_for(ctx, found):
        raise NotFound(N_("There is no plugin %(plugin)s."), params={"plugin": plugin_id})
    return found


def settings_type(ctx: TenantCtx, plugin_id: str) -> type[msgspec.Struct]:
    """Of a plugin that is on. Raises NotFound."""
    type_ = usable(ctx, plugin_id).settings
    if type_ is None or not ctx.is_on(plugin_id):
        raise NotFound
    return type_


async def switch(ctx: TenantCtx, plugin_id: str, *, on: bool) -> None:
    """Raises NotFound, and Conflict for what forbids it; then nothing has changed."""
    from nakamise.tenancy import switches

    # What is refused or gone has words of its own; off it may go, whatever it is.
    if on and any(manifest.id == plugin_id for manifest in ctx.runtime.host.usable):
        usable(ctx, plugin_id)
    try:
        if on:
            await switches.enable(ctx.runtime, ctx.tenant.id, plugin_id, actor=_actor(ctx), locale=ctx.locale)
        else:
            await switches.disable(ctx.runtime, ctx.tenant.id, plugin_id, actor=_actor(ctx))
    except Problem:
        raise
    # tenant_enabled is the plugin's own code: whatever it raised, the switch was rolled back.
    except Exception as error:
        log.exception("switching failed, plugin=%s", plugin_id, extra={"plugin": plugin_id})
        message = N_("The plugin reported a fault while it was switched. Nothing was changed.")
        raise Conflict(message, code="switch_failed") from error
    async with ctx.begin() as tx:
        await ctx.audit(tx, "core.plugin.enabled" if on else "core.plugin.disabled", plugin_id)


async def configure(ctx: TenantCtx, plugin_id: str, values: Mapping[str, Any]) -> None:
    """Replace the settings. Raises NotFound, or Invalid with one error a field."""
    from nakamise.tenancy import switches

    settings_type(ctx, plugin_id)
    await switches.configure(ctx.runtime, ctx.tenant.id, plugin_id, values, actor=_actor(ctx))


def _actor(ctx: TenantCtx) -> str:
    return str(ctx.actor.user_id or "system")
