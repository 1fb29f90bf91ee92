"""Settings and their history in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from nakamise.admin.site.service import Change
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import gettext_for, translate
from nakamise.ui.settings_form import SettingField


class HistoryLine(msgspec.Struct, frozen=True):
    """One setting of one change."""

    at: datetime
    who: str
    label: str
    before: str
    after: str


def history_lines(
    ctx: TenantCtx, changes: Sequence[Change], fields: Sequence[SettingField]
) -> list[HistoryLine]:
    known = {field.name: field for field in fields}
    _ = gettext_for(ctx.locale, "core")
    return [
        HistoryLine(
            change.at,
            change.actor_name or _("The system"),
            known[name].label if name in known else name,
            in_words(ctx, known.get(name), values.get("before")),
            in_words(ctx, known.get(name), values.get("after")),
        )
        for change in changes
        for name, values in sorted(change.changes.items())
    ]


def in_words(ctx: TenantCtx, field: SettingField | None, value: Any) -> str:
    """A value as a reader knows it from the form."""
    _ = gettext_for(ctx.locale, "core")
    if value is None:
        return _("(hidden)")
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    if field is not None and field.choices:
        return dict(field.choices).get(str(value), str(value))
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value).replace("T", " ")
    return text or _("(empty)")


def other_values(
    ctx: TenantCtx, fields: Sequence[SettingField], theirs: Mapping[str, Any], mine: Mapping[str, Any]
) -> dict[str, str]:
    """What somebody else stored where it is not what was typed."""
    return {
        field.name: in_words(ctx, field, theirs[field.name])
        for field in fields
        if theirs[field.name] != mine.get(field.name)
    }


def plugin_links(ctx: TenantCtx) -> list[tuple[str, str]]:
    """(title, address) of the settings of what is on."""
    if not ctx.actor.can("core.plugins.manage"):
        return []
    return [
        (translate(ctx.locale, manifest.id, manifest.title), f"/admin/plugins/{manifest.id}/settings")
        for manifest in ctx.runtime.host.usable
        if manifest.settings is not None and ctx.is_on(manifest.id)
    ]
