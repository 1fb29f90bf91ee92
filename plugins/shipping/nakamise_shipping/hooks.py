"""The plugin's hook implementations, thin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.checkout import OrderDraft, Refusal
from nakamise.db import Tx
from nakamise.plugin import CheckoutHooks, LifecycleHooks, Slot, TenantCtx, UiHooks, hookimpl
from nakamise_shipping import checking, seed, slots


class Hooks(LifecycleHooks, CheckoutHooks, UiHooks):
    @hookimpl
    async def tenant_seed(self, ctx: TenantCtx, blueprint: Blueprint) -> None:
        await seed.seed(ctx, blueprint)

    @hookimpl
    async def checkout_check(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> Sequence[Refusal] | None:
        return await checking.refusals(ctx, tx, order)

    @hookimpl
    async def checkout_commit(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> None:
        await checking.keep(ctx, tx, order)

    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        build = slots.BUILDERS.get(slot)
        return await build(ctx, tx, subject) if build else None
