"""Navigation of plugins as links for the page's frame."""

from __future__ import annotations

from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import NavArea, NavItem
from nakamise.ui.i18n import translate
from nakamise.ui.views import NavLink


def nav_links(ctx: TenantCtx, area: NavArea) -> list[NavLink]:
    """What this actor may see in his language, by weight; no query."""
    entries = ctx.runtime.host.nav_entries(ctx, area)
    current = _current(ctx.http.path, [item.path for _, item in entries])
    return [_link(ctx, owner, item, current) for owner, item in entries]


def _current(path: str, paths: list[str]) -> str | None:
    """The longest of ``paths`` that ``path`` is at or below."""
    above = [found for found in paths if path == found or path.startswith(f"{found.rstrip('/')}/")]
    return max(above, key=len, default=None)


def _link(ctx: TenantCtx, owner: str, item: NavItem, current: str | None) -> NavLink:
    return NavLink(
        label=translate(ctx.locale, owner, item.label),
        href=item.path,
        icon=item.icon,
        current=item.path == current,
        group=translate(ctx.locale, owner, item.group) if item.group else "",
    )
