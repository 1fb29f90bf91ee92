"""An endpoint that does not work any more is switched off, and the administrators hear of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final, Literal

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_webhooks.settings import WebhooksSettings

_OFF: Final = """
UPDATE webhooks_endpoint SET is_on = false, off_why = $2
WHERE id = $1 AND is_on AND ($2 = 'gone' OR failing_since <= $3) RETURNING url
"""


async def switch_off(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID, why: Literal["gone", "failing"]) -> None:
    """``failing`` counts only when it has gone on for as long as the settings say."""
    days = ctx.settings(WebhooksSettings).off_after_days
    url = await tx.value(_OFF, endpoint_id, why, ctx.now() - timedelta(days=days))
    if url is None:
        return
    await ctx.audit(tx, "webhooks.endpoint.off", str(endpoint_id), why=why)
    _ = gettext_for(ctx.tenant.locale, "webhooks")
    reasons = {
        "gone": _(N_("The receiver answered 410 (gone): it wants no more events.")),
        "failing": _(N_("Every delivery has failed for %(n)s days."), n=days),
    }
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("A webhook was switched off")),
        paragraphs=[
            reasons[why],
            _(N_("No more events are sent there until you switch it on again. What failed can be repeated.")),
        ],
        facts=[(_(N_("Address")), str(url))],
        action={"label": _(N_("See the webhook")), "path": f"/admin/webhooks/{endpoint_id}"},
    )
