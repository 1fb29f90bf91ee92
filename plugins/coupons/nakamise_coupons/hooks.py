"""The plugin's hook implementations, thin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.checkout import OrderDraft, OrderRef, RefundDraft, RevertReason
from nakamise.contracts.pricing import Adjustment, QuoteDraft, QuoteRequest
from nakamise.db import Tx
from nakamise.plugin import CheckoutHooks, LifecycleHooks, PricingHooks, Slot, TenantCtx, UiHooks, hookimpl
from nakamise_coupons import pricing, seed, using
from nakamise_coupons.buyer import box


class Hooks(LifecycleHooks, PricingHooks, CheckoutHooks, UiHooks):
    @hookimpl
    async def tenant_seed(self, ctx: TenantCtx, blueprint: Blueprint) -> None:
        await seed.seed(ctx, blueprint)

    @hookimpl
    async def price_facts(self, ctx: TenantCtx, tx: Tx, request: QuoteRequest) -> msgspec.Struct | None:
        return await pricing.facts(ctx, tx, request)

    @hookimpl
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        return pricing.propose(ctx, draft, facts)

    @hookimpl
    async def checkout_commit(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> None:
        await using.take(tx, order)

    @hookimpl
    async def checkout_revert(self, ctx: TenantCtx, tx: Tx, order: OrderRef, why: RevertReason) -> None:
        await using.give_back(ctx, tx, order)

    @hookimpl
    async def refund_commit(self, ctx: TenantCtx, tx: Tx, refund: RefundDraft) -> None:
        if refund.is_undone:
            await using.give_back(ctx, tx, refund.order)

    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        return await box.context(ctx, tx, slot, subject)
