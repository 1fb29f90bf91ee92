"""One plugin as an administrator should know it before and after switching it on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from nakamise.auth.roles import all_roles
from nakamise.host.views import PluginView, plugin_view
from nakamise.plans.gating import missing_features
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.ui.i18n import gettext_for


class Right(msgspec.Struct, frozen=True):
    """A permission and the labels of the roles that carry it here."""

    id: str
    label: str
    roles: Sequence[str]


class Trouble(msgspec.Struct, frozen=True):
    """``left_out``: the hook is not asked for the moment. ``text`` of the last failure is for its author."""

    hook: str
    left_out: bool
    text: str
    at: datetime | None


class PluginAbout(msgspec.Struct, frozen=True, kw_only=True):
    """``pages`` are (label, path); ``plans`` those that include it when the tenant's own does not."""

    plugin: PluginView
    needs: Sequence[str]
    pages: Sequence[tuple[str, str]]
    rights: Sequence[Right]
    slots: Sequence[str]
    background: Sequence[str]
    personal_data: bool
    troubles: Sequence[Trouble]
    plans: Sequence[str]


async def about(ctx: TenantCtx, manifest: Manifest) -> PluginAbout:
    host = ctx.runtime.host
    _ = gettext_for(ctx.locale, manifest.id)
    return PluginAbout(
        plugin=plugin_view(ctx, manifest),
        needs=[gettext_for(ctx.locale, id_)(host.manifest(id_).title) for id_ in manifest.requires],
        pages=[(_(item.label), item.path) for item in manifest.nav],
        rights=await _rights(ctx, manifest),
        slots=sorted({item.slot.value for item in manifest.slots}),
        background=[*(job.name for job in manifest.jobs), *(task.name for task in manifest.tasks)],
        personal_data=manifest.privacy is not None,
        troubles=_troubles(ctx, manifest.id),
        plans=(await missing_features(ctx)).get(manifest.id, []),
    )


async def _rights(ctx: TenantCtx, manifest: Manifest) -> list[Right]:
    core = gettext_for(ctx.locale, "core")
    _ = gettext_for(ctx.locale, manifest.id)
    async with ctx.read() as tx:
        roles = {role.id: core(role.label) if role.is_preset else role.label for role in await all_roles(tx)}
        granted = await tx.connection.fetch(
            "SELECT permission, role_id FROM core_role_permission WHERE is_granted AND permission = ANY ($1)",
            [permission.id for permission in manifest.permissions],
        )
    return [
        Right(
            permission.id,
            _(permission.label),
            [roles[row["role_id"]] for row in granted if row["permission"] == permission.id],
        )
        for permission in manifest.permissions
    ]


def _troubles(ctx: TenantCtx, plugin_id: str) -> list[Trouble]:
    return [
        Trouble(
            found.hook,
            found.state not in (None, "closed"),
            found.incidents[0].text if found.incidents else "",
            found.incidents[0].at if found.incidents else None,
        )
        for found in ctx.runtime.host.troubles(ctx.tenant)
        if found.plugin_id == plugin_id
    ]
