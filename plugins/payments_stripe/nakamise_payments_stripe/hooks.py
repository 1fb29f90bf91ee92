"""What Stripe's plugin answers the host."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nakamise.contracts.payments import PaymentProvider
from nakamise.contracts.ui import ShopSubject
from nakamise.db import Tx
from nakamise.plugin import PaymentHooks, Slot, TenantCtx, UiHooks, hookimpl
from nakamise_payments_stripe import accounts
from nakamise_payments_stripe.provider import StripeProvider
from nakamise_payments_stripe.settings import StripeSettings


class Hooks(PaymentHooks, UiHooks):
    @hookimpl
    def payment_provider(self, ctx: TenantCtx) -> PaymentProvider | None:
        """Ready with both keys."""
        return StripeProvider(ctx) if ctx.settings(StripeSettings).is_ready else None

    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        settings = ctx.settings(StripeSettings)
        if not isinstance(subject, ShopSubject) or slot is not Slot.ADMIN_SHOP_SECTION:
            return None
        if not settings.pays_sellers or not ctx.actor.can("payments_stripe.manage"):
            return None
        return {
            "seller_id": subject.shop_id,
            "account": await accounts.of_seller(tx, subject.shop_id),
            "back": f"/admin/shop/shops/{subject.shop_id}",
        }
