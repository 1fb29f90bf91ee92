"""Reading and changing the site's settings: nothing that somebody else changed meanwhile is overwritten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from nakamise.admin.site import store
from nakamise.admin.site.settings import OWNER, SiteSettings, site_of
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.host import plugin_settings
from nakamise.ids import uuid7
from nakamise.plugin.context import TenantCtx
from nakamise.ui import settings_form
from nakamise.ui.i18n import N_

HISTORY_MAX = 50


class Change(msgspec.Struct, frozen=True):
    """``changes`` maps a field to its values before and after; those of secrets are None."""

    id: uuid.UUID
    at: datetime
    actor_name: str
    owner: str
    changes: dict[str, dict[str, Any]]


class ChangedMeanwhile(Conflict):
    """Somebody else saved first. ``theirs`` are the values now; nothing was written."""

    default_code = "changed_meanwhile"

    def __init__(self, theirs: dict[str, Any], version: str) -> None:
        super().__init__(N_("Somebody else changed these settings meanwhile. Please compare and save again."))
        self.theirs = theirs
        self.version = version


def read(ctx: TenantCtx) -> tuple[SiteSettings, str]:
    """The settings and their version, for ``save``."""
    site = site_of(ctx.tenant)
    return site, version_of(site)


def version_of(site: SiteSettings) -> str:
    return store.version_of(plugin_settings.dump(site))


async def save(ctx: TenantCtx, values: Mapping[str, Any], version: str | None) -> list[str]:
    """Replace the settings; the fields that changed. ``version`` None: whatever is there.

    Raises Invalid with one error a field, ChangedMeanwhile when ``version`` is not the one stored.
    """
    wanted = plugin_settings.parse(SiteSettings, values)
    _check(ctx, wanted)
    async with store.changing(ctx, "site.configure") as row:
        before = _known(row)
        if version is not None and version != store.version_of(before):
            raise ChangedMeanwhile(before, store.version_of(before))
        after = plugin_settings.dump(wanted)
        changes = differences(SiteSettings, before, after)
        row.locale = wanted.locale
        row.stored = {**row.stored, **{name: value for name, value in after.items() if name != "locale"}}
        if changes:
            async with store.in_tenant(ctx, row) as tx:
                await note_change(ctx, tx, OWNER, changes)
    return sorted(changes)


def differences(
    type_: type[msgspec.Struct], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """{field: {before, after}} of what is not equal, without the values of secrets."""
    secret = {field.name for field in settings_form.fields_of(type_) if field.kind == "secret"}
    found = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    return {
        name: {
            "before": None if name in secret else before.get(name),
            "after": None if name in secret else after.get(name),
        }
        for name in found
    }


async def note_change(ctx: TenantCtx, tx: Tx, owner: str, changes: Mapping[str, Any]) -> None:
    """A line in the history of settings, and one in the audit log."""
    await tx.execute(
        "INSERT INTO core_setting_change (id, at, actor_id, actor_name, owner, changes)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        uuid7(),
        ctx.now(),
        ctx.actor.user_id,
        ctx.actor.display_name,
        owner,
        dict(changes),
    )
    await ctx.audit(tx, "core.settings.changed", owner, changed=sorted(changes))


async def history(ctx: TenantCtx, owner: str = OWNER) -> list[Change]:
    """The newest first."""
    async with ctx.read() as tx:
        return await tx.all(
            Change,
            "SELECT id, at, actor_name, owner, changes FROM core_setting_change WHERE owner = $1"
            " ORDER BY id DESC LIMIT $2",
            owner,
            HISTORY_MAX,
        )


def _known(row: store.Row) -> dict[str, Any]:
    return plugin_settings.dump(plugin_settings.read(SiteSettings, {**row.stored, "locale": row.locale}))


def _check(ctx: TenantCtx, wanted: SiteSettings) -> None:
    try:
        begins, ends = wanted.window(ctx.tenant.zone)
    except ValueError as error:
        raise Invalid({"maintenance_from": FieldError(N_("There is no such day or time."))}) from error
    if begins and ends and ends <= begins:
        raise Invalid({"maintenance_until": FieldError(N_("The maintenance must end after it begins."))})
    if wanted.maintenance and ends and ends <= ctx.now():
        raise Invalid(
            {"maintenance_until": FieldError(N_("This time is over. Empty it, or give a later one."))}
        )
