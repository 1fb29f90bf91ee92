"""Navigation: the core's own entries, and links ready for the page's frame."""

from __future__ import annotations

from typing import Final

from nakamise.plugin.manifest import NavItem

CORE_NAV: Final = (
    NavItem(
        area="admin",
        label="Plugins",
        path="/admin/plugins",
        icon="puzzle",
        group="Site",
        permission="core.plugins.manage",
        weight=90,
    ),
)
