"""The log is kept for as long as the settings say."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nakamise.plugin import TenantCtx
from nakamise_webhooks.settings import WebhooksSettings

_OLD: Final = """
DELETE FROM webhooks_message m WHERE m.created_at < $1
  AND NOT EXISTS (SELECT 1 FROM webhooks_delivery d WHERE d.message_id = m.id AND d.state = 'waiting')
"""
_SECRETS: Final = (
    "UPDATE webhooks_endpoint SET old_secret = '', old_secret_until = NULL WHERE old_secret_until <= $1"
)


async def tidy(ctx: TenantCtx) -> None:
    """What still waits is left alone."""
    oldest = ctx.now() - timedelta(days=ctx.settings(WebhooksSettings).keep_days)
    async with ctx.begin() as tx:
        await tx.execute(_OLD, oldest)
        await tx.execute(_SECRETS, ctx.now())
