"""The list of users as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from nakamise.admin.people.role_list import role_labels
from nakamise.admin.people.user_list import UserFilter, UserLine, users_after
from nakamise.plugin.context import TenantCtx
from nakamise.ui.formats import local_time
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.sheets import BOM, csv_text

CHUNK: Final = 500
COLUMNS: Final = (
    N_("Name"),
    N_("E-mail address"),
    N_("State"),
    N_("E-mail confirmed"),
    N_("Roles"),
    N_("Registered at"),
    N_("Last seen"),
)
STATES: Final = {"active": N_("Active"), "suspended": N_("Suspended"), "erased": N_("Erased")}


async def user_csv(ctx: TenantCtx, wanted: UserFilter) -> AsyncIterator[bytes]:
    """Piece by piece, each read in a transaction of its own, so that a long list holds nothing."""
    _ = gettext_for(ctx.locale, "core")
    yield (BOM + csv_text([[_(column) for column in COLUMNS]])).encode()
    after: UserLine | None = None
    async with ctx.read() as tx:
        labels = await role_labels(ctx, tx)
    while True:
        async with ctx.read() as tx:
            rows = await users_after(tx, wanted, ctx.tenant.zone, after, CHUNK)
        if not rows:
            return
        yield csv_text([_cells(ctx, row, labels) for row in rows]).encode()
        after = rows[-1]


def _cells(ctx: TenantCtx, row: UserLine, labels: dict[str, str]) -> list[object]:
    _ = gettext_for(ctx.locale, "core")
    zone = ctx.tenant.timezone
    return [
        row.display_name,
        row.email,
        _(STATES[row.state]),
        _("Yes") if row.is_verified else _("No"),
        " / ".join(labels[role] for role in row.roles),
        f"{local_time(row.created_at, zone):%Y-%m-%d %H:%M}",
        f"{local_time(row.last_seen_at, zone):%Y-%m-%d %H:%M}" if row.last_seen_at else "",
    ]
