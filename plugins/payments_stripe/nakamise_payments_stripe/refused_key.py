"""Stripe does not take our secret key any more: somebody rolled it there. Only staff can enter the new one."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for

_TOLD: Final = """
INSERT INTO payments_stripe_refused_key AS k (id, told_at) VALUES (1, now())
ON CONFLICT (id) DO UPDATE SET told_at = excluded.told_at WHERE k.told_at < excluded.told_at - interval '1 day'
"""


async def note(ctx: TenantCtx, *, is_refused: bool) -> None:
    """Staff are told once, and once more on each day on which it is still refused."""
    async with ctx.begin() as tx:
        if not is_refused:
            await tx.execute("DELETE FROM payments_stripe_refused_key")
            return
        if not await tx.execute(_TOLD):
            return
        _ = gettext_for(ctx.tenant.locale, "payments_stripe")
        await ctx.mail_admins(
            tx,
            "mail/notice",
            subject=_(N_("Stripe refuses the secret key")),
            paragraphs=[
                _(N_("Until the right key is entered, nobody can pay by Stripe.")),
                _(N_("Refunds and the shares of shops wait for it, and are then sent by themselves.")),
            ],
            facts=[],
            action={"label": _(N_("See Stripe")), "path": "/admin/payments_stripe"},
        )
