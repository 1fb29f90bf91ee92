"""Ready-made roles for the duties in a team: one person lists products, another ships, another moderates."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.admin.people.role_list import permissions_on
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Duty
from nakamise.ui.i18n import N_, gettext_for

ENTRANCE: Final = "core.admin"
DUTIES: Final[dict[Duty, str]] = {
    "products": N_("Products (staff)"),
    "orders": N_("Orders (staff)"),
    "shipping": N_("Shipping (staff)"),
    "broadcast": N_("Broadcasting (staff)"),
    "moderation": N_("Moderator"),
    "accounting": N_("Accounting"),
}


class RoleTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """``permissions`` are ids of what is on; none besides the entrance: the features for it are off."""

    id: str
    label: str
    permissions: tuple[str, ...]


def role_templates(ctx: TenantCtx) -> list[RoleTemplate]:
    """What each duty needs is said by the plugins themselves: ``Permission.duties``."""
    _ = gettext_for(ctx.locale, "core")
    on = [one for permissions in permissions_on(ctx).values() for one in permissions]
    return [
        RoleTemplate(
            id=duty,
            label=_(label),
            permissions=(ENTRANCE, *(one.id for one in on if duty in one.duties)),
        )
        for duty, label in DUTIES.items()
    ]
