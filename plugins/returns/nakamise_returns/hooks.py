"""The plugin's hook implementations, thin."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nakamise.contracts.blueprint import Blueprint
from nakamise.db import Tx
from nakamise.plugin import LifecycleHooks, Slot, TenantCtx, UiHooks, hookimpl
from nakamise_returns import seed, slots


class Hooks(LifecycleHooks, UiHooks):
    @hookimpl
    async def tenant_seed(self, ctx: TenantCtx, blueprint: Blueprint) -> None:
        await seed.seed(ctx, blueprint)

    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        build = slots.BUILDERS.get(slot)
        return await build(ctx, tx, subject) if build else None
