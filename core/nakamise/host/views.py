"""What pages and API show of plugins, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.control import ControlPlane
from nakamise.host.words import ADVICE, hook_word
from nakamise.plans.gating import missing_features
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.ui.i18n import N_, gettext_for, translate


class PluginView(msgspec.Struct, frozen=True, kw_only=True):
    """``missing`` is needed first: other plugins, a plan; ``dependents`` are on and need this one. In words.

    ``troubles``: where it failed lately, in words.
    """

    id: str
    title: str
    summary: str
    version: str
    is_on: bool
    has_settings: bool
    missing: Sequence[str]
    dependents: Sequence[str]
    troubles: Sequence[str]


class RefusedView(msgspec.Struct, frozen=True):
    """Installed, but not used. The details are for operators only: they name code and paths.

    ``advice``: what to do about it, and who.
    """

    id: str
    why: str
    advice: str


class PluginList(msgspec.Struct, frozen=True):
    """``gone`` are on here but not usable: checkout is closed until they are back, or off."""

    usable: Sequence[PluginView]
    refused: Sequence[RefusedView]
    gone: Sequence[str]


async def plugin_list(ctx: TenantCtx) -> PluginList:
    """What this tenant can have; what its plan lacks names the plans that have it under ``missing``."""
    host = ctx.runtime.host
    usable = {manifest.id for manifest in host.usable}
    lacking = await missing_features(ctx)
    return PluginList(
        usable=[
            _with_plans(ctx, plugin_view(ctx, manifest), lacking)
            for manifest in host.usable
            if is_for(ctx, manifest)
        ],
        refused=[
            RefusedView(
                refused.id,
                translate(ctx.locale, "core", refused.why.value),
                translate(ctx.locale, "core", ADVICE[refused.why]),
            )
            for refused in host.refused
        ],
        gone=sorted(ctx.tenant.plugins - usable),
    )


def is_for(ctx: TenantCtx, manifest: Manifest) -> bool:
    """What looks after other tenants is for the consoles of agencies only."""
    is_console = ctx.tenant.console_of is not None
    return is_console or ctx.is_on(manifest.id) or ControlPlane not in manifest.uses


def _with_plans(ctx: TenantCtx, view: PluginView, lacking: Mapping[str, Sequence[str]]) -> PluginView:
    if view.is_on or view.id not in lacking:
        return view
    plans = ", ".join(lacking[view.id]) or gettext_for(ctx.locale, "core")(N_("by agreement"))
    needs = gettext_for(ctx.locale, "core")(N_("a plan that includes it (%(plans)s)"), plans=plans)
    return msgspec.structs.replace(view, missing=[needs, *view.missing])


def plugin_view(ctx: TenantCtx, manifest: Manifest) -> PluginView:
    host = ctx.runtime.host
    on = ctx.tenant.plugins
    _ = gettext_for(ctx.locale, manifest.id)
    return PluginView(
        id=manifest.id,
        title=_(manifest.title),
        summary=_(manifest.summary) if manifest.summary else "",
        version=manifest.version,
        is_on=manifest.id in on,
        has_settings=manifest.settings is not None,
        missing=_titles(ctx, host.missing_requirements(manifest.id, on)),
        dependents=_titles(ctx, host.dependents(manifest.id, on)),
        troubles=sorted(
            {
                translate(ctx.locale, "core", hook_word(found.hook))
                for found in host.troubles(ctx.tenant)
                if found.plugin_id == manifest.id
            }
        ),
    )


def _titles(ctx: TenantCtx, plugin_ids: Sequence[str]) -> list[str]:
    found = [ctx.runtime.host.manifest(plugin_id) for plugin_id in plugin_ids]
    return [translate(ctx.locale, manifest.id, manifest.title) for manifest in found]
