"""Asks plugins about one person: those that are on, and those that were once and still have tables."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any, Final

from nakamise.db import Tx
from nakamise.errors import Conflict, Problem
from nakamise.host.attribution import attributed_to
from nakamise.host.loading import Loaded
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_, translate

log: Final = logging.getLogger("nakamise.plugins")


async def plugins_with_data(ctx: TenantCtx, tx: Tx) -> list[Loaded]:
    """In requirement order. Raises Conflict when a plugin left data and is not installed any more."""
    host = ctx.runtime.host
    with_tables = set(await tx.values("SELECT DISTINCT plugin FROM core_migration")) - {"core"}
    usable = {manifest.id for manifest in host.usable}
    if gone := with_tables - usable:
        message = N_("These features hold data but cannot be asked: %(names)s. Please ask your operator.")
        raise Conflict(message, code="plugin_missing", params={"names": ", ".join(sorted(gone))})
    return [host.plugin(plugin_id) for plugin_id in host.in_order(with_tables | ctx.tenant.plugins)]


async def asked(
    ctx: TenantCtx, tx: Tx, plugin_id: str, function: Callable[..., Any], user_id: uuid.UUID
) -> Any:
    """What the plugin's ``function`` says. Raises its Problem, or Conflict when it fails otherwise.

    Half a copy would pass for a whole one, and half erased for forgotten.
    """
    try:
        with attributed_to(plugin_id):
            return await function(ctx, tx, user_id)
    except Problem:
        raise
    except Exception as error:
        log.exception(
            "asked about a person's data, failed, plugin=%s", plugin_id, extra={"plugin": plugin_id}
        )
        title = ctx.runtime.host.manifest(plugin_id).title
        raise Conflict(
            N_("%(plugin)s could not answer. Nothing was changed; please try again."),
            code="plugin_failed",
            params={"plugin": translate(ctx.locale, plugin_id, title)},
        ) from error
