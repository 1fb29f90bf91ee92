"""What the plugin answers the host."""

from __future__ import annotations

from nakamise.contracts.payments import PaymentProvider
from nakamise.plugin import PaymentHooks, TenantCtx, hookimpl
from nakamise_payments_manual.provider import ManualProvider
from nakamise_payments_manual.settings import ManualSettings


class Hooks(PaymentHooks):
    @hookimpl
    def payment_provider(self, ctx: TenantCtx) -> PaymentProvider | None:
        """Ready once the account is complete."""
        return ManualProvider(ctx) if ctx.settings(ManualSettings).is_ready else None
