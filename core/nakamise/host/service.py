"""Switching and setting plugins on behalf of a tenant's administrator."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from nakamise.errors import Conflict, NotFound, Problem
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.ui.i18n import N_

log: Final = logging.getLogger("nakamise.plugins")


def usable(ctx: TenantCtx, plugin_id: str) -> Manifest:
    """Raises NotFound."""
    found = next((manifest for manifest in ctx.runtime.host.usable if manifest.id == plugin_id), None)
    if found is None:
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

    act = switches.enable if on else switches.disable
    try:
        await act(ctx.runtime, ctx.tenant.id, plugin_id, actor=_actor(ctx))
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
