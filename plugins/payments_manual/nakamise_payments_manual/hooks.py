"""What the plugin answers the host."""

from __future__ import annotations

from nakamise.contracts.payments import PaymentProvider
from nakamise.plugin import PaymentHooks, TenantCtx, hookimpl
from nakamise_payments_manual.provider import ManualProvider


class Hooks(PaymentHooks):
    @hookimpl
    def payment_provider(self, ctx: TenantCtx) -> PaymentProvider | None:
        """Also while the account is incomplete: transfers that are awaited already go on, or end."""
        return ManualProvider(ctx)
