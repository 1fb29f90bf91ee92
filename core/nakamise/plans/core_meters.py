"""What the core itself counts."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.meters import Meter, Span
from nakamise.ui.i18n import N_

_HERE: Final = "nakamise.plans.core_meters"
CORE_METERS: Final = (
    Meter("core.staff", N_("Members of staff"), count=f"{_HERE}:count_staff"),
    Meter("core.storage_bytes", N_("Storage"), unit="bytes", count=f"{_HERE}:count_bytes"),
    # Messages that the site chooses to send to many: whoever sends them takes them.
    Meter("core.messages", N_("Messages to customers"), period="month"),
    # Mails that must go out, such as confirmations: measured, never refused.
    Meter("core.mails", N_("Mails"), period="month", count=f"{_HERE}:count_mails", taken=False),
)


async def count_staff(_ctx: TenantCtx, tx: Tx, _span: Span | None) -> int:
    """Users with a role, and open invitations: each will be a seat or go back."""
    count: int = await tx.value(
        "SELECT (SELECT count(DISTINCT r.user_id) FROM core_user_role r)"
        " + (SELECT count(i.id) FROM core_invitation i"
        " WHERE i.accepted_at IS NULL AND i.withdrawn_at IS NULL)"
    )
    return count


async def count_bytes(_ctx: TenantCtx, tx: Tx, _span: Span | None) -> int:
    count: int = await tx.value("SELECT coalesce(sum(m.bytes), 0)::bigint FROM core_media m")
    return count


async def count_mails(_ctx: TenantCtx, tx: Tx, span: Span | None) -> int:
    if span is None:
        return 0
    count: int = await tx.value(
        "SELECT count(m.id) FROM core_mail m WHERE m.created_at >= $1 AND m.created_at < $2",
        span.start,
        span.end,
    )
    return count
