"""The plugin's hook implementations, thin."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx, UiHooks, hookimpl
from nakamise_returns import slots


class Hooks(UiHooks):
    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        build = slots.BUILDERS.get(slot)
        return await build(ctx, tx, subject) if build else None
