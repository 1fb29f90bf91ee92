"""What the sandbox answers the host."""

from __future__ import annotations

from nakamise.contracts.payments import PaymentProvider
from nakamise.plugin import PaymentHooks, TenantCtx, hookimpl
from nakamise_payments_sandbox.provider import SandboxProvider


class Hooks(PaymentHooks):
    @hookimpl
    def payment_provider(self, ctx: TenantCtx) -> PaymentProvider | None:
        return SandboxProvider(ctx)
