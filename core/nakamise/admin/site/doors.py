"""Who gets past the door: maintenance, and agreement to texts that changed. Asked for every route, in one place."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from nakamise.errors import Forbidden, Unavailable
from nakamise.plugin.access import OPT_ESSENTIAL
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

# Everybody's: they never depend on who asks.
_FILES: Final = ("/assets/", "/media/")
RETRY_AFTER_S: Final = 600
PASSES: Final = "core.admin"


class Maintenance(Unavailable):
    """The site is closed for a while. ``params["text"]`` is the tenant's own message, or ""."""

    default_code = "maintenance"

    def __init__(self, ctx: TenantCtx) -> None:
        super().__init__(
            N_("This site is closed for maintenance. Please come back later."),
            headers={"Retry-After": str(_seconds_left(ctx))},
        )


class ConsentRequired(Forbidden):
    """The user must agree to these versions first. ``documents`` maps slugs to versions."""

    default_code = "consent_required"

    def __init__(self, documents: Mapping[str, int]) -> None:
        super().__init__(N_("Our terms changed. Please read and accept them to go on."))
        self.documents = dict(documents)


async def check_door(ctx: TenantCtx, opt: Mapping[str, Any]) -> None:
    """Raises Maintenance or ConsentRequired."""
    if opt.get(OPT_ESSENTIAL) or ctx.http.path.startswith(_FILES):
        return
    if is_closed(ctx):
        raise Maintenance(ctx)
    if ctx.actor.user_id is not None and ctx.actor.impersonator is None:
        await _check_consent(ctx, ctx.actor.user_id)


def is_closed(ctx: TenantCtx) -> bool:
    """For this actor: who may open the administration goes on working."""
    return not ctx.actor.can(PASSES) and ctx.site.in_maintenance(ctx.now(), ctx.tenant.zone)


def _seconds_left(ctx: TenantCtx) -> int:
    _begins, ends = ctx.site.window(ctx.tenant.zone)
    return max(1, int((ends - ctx.now()).total_seconds())) if ends else RETRY_AFTER_S


# Who was found to have agreed to what is asked for now: agreements are never taken back.
_agreed: dict[tuple[uuid.UUID, uuid.UUID], dict[str, int]] = {}
_AGREED_MAX: Final = 20_000


async def _check_consent(ctx: TenantCtx, user_id: uuid.UUID) -> None:
    wanted = ctx.tenant.plugin_settings.get("core", {}).get("consents") or {}
    key = (ctx.tenant.id, user_id)
    if not wanted or _agreed.get(key) == wanted:
        return
    from nakamise.admin.site.consents import open_documents

    async with ctx.read() as tx:
        missing = await open_documents(tx, user_id, wanted)
    if missing:
        raise ConsentRequired(missing)
    if len(_agreed) >= _AGREED_MAX:
        _agreed.clear()
    _agreed[key] = dict(wanted)
