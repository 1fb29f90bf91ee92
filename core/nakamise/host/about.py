"""One plugin as an administrator should know it before and after switching it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.auth.roles import all_roles
from nakamise.host import words
from nakamise.host.readme import first_paragraph
from nakamise.host.views import PluginView, plugin_view
from nakamise.plans.gating import missing_features
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.ui.i18n import N_, gettext_for, translate


class Right(msgspec.Struct, frozen=True):
    """A permission and the labels of the roles that carry it here."""

    id: str
    label: str
    roles: Sequence[str]


class Trouble(msgspec.Struct, frozen=True):
    """``left_out``: the hook is not asked for the moment. ``where`` says it in the reader's words; ``text`` of
    the last failure is for its author."""

    hook: str
    where: str
    left_out: bool
    text: str
    at: datetime | None


class PluginAbout(msgspec.Struct, frozen=True, kw_only=True):
    """``pages`` are (label, path); ``plans`` those that include it when the tenant's own does not.

    ``closes``: what stops when it fails while it is on; ``without``: what changes once it is off. ``readme`` is
    the first paragraph of its package's description; ``has_data``: it is off and left something behind.
    """

    plugin: PluginView
    needs: Sequence[str]
    pages: Sequence[tuple[str, str]]
    rights: Sequence[Right]
    readme: str
    places: Sequence[str]
    closes: Sequence[str]
    without: Sequence[str]
    has_data: bool
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
        readme=first_paragraph(host.plugin(manifest.id).dist),
        places=_places(ctx, manifest),
        closes=_said(ctx, manifest, words.CLOSES),
        without=_said(ctx, manifest, words.WITHOUT),
        has_data=manifest.id in ctx.tenant.plugin_settings and not ctx.is_on(manifest.id),
        background=_background(ctx, manifest),
        personal_data=manifest.privacy is not None,
        troubles=_troubles(ctx, manifest.id),
        plans=(await missing_features(ctx)).get(manifest.id, []),
    )


def _places(ctx: TenantCtx, manifest: Manifest) -> list[str]:
    """In the contract's order, each once."""
    here = {item.slot.value.partition(".")[0] for item in manifest.slots}
    return [translate(ctx.locale, "core", text) for area, text in words.PLACES.items() if area in here]


def _said(ctx: TenantCtx, manifest: Manifest, texts: Mapping[str, str]) -> list[str]:
    hooks = ctx.runtime.host.plugin(manifest.id).steps
    found = dict.fromkeys(text for hook, text in texts.items() if hook in hooks)
    return [translate(ctx.locale, "core", text) for text in found]


# In seconds; one of a unit would be said wrongly, so two of it are the least.
_UNITS: Final = ((3600, N_("%(n)s hours")), (60, N_("%(n)s minutes")))


def _background(ctx: TenantCtx, manifest: Manifest) -> list[str]:
    _ = gettext_for(ctx.locale, "core")
    found = []
    if manifest.jobs:
        found.append(_(N_("Work that follows an act: %(n)s kinds"), n=len(manifest.jobs)))
    if manifest.tasks:
        seconds = min(task.every_s for task in manifest.tasks)
        size, text = next((unit for unit in _UNITS if seconds >= 2 * unit[0]), (1, N_("%(n)s seconds")))
        every = _(text, n=seconds // size)
        found.append(
            _(
                N_("Work by the clock: %(n)s kinds, every %(every)s at most"),
                n=len(manifest.tasks),
                every=every,
            )
        )
    return found


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
            translate(ctx.locale, "core", words.hook_word(found.hook)),
            found.state not in (None, "closed"),
            found.incidents[0].text if found.incidents else "",
            found.incidents[0].at if found.incidents else None,
        )
        for found in ctx.runtime.host.troubles(ctx.tenant)
        if found.plugin_id == plugin_id
    ]
