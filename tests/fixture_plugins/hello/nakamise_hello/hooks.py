"""Hook implementations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.pricing import Adjustment, Phase, QuoteDraft
from nakamise.db import Tx
from nakamise.plugin import LifecycleHooks, PricingHooks, Slot, TenantCtx, UiHooks, hookimpl
from nakamise_hello.settings import HelloSettings


class Hooks(LifecycleHooks, PricingHooks, UiHooks):
    @hookimpl
    async def tenant_enabled(self, ctx: TenantCtx, tx: Tx) -> None:
        await tx.execute(
            "INSERT INTO hello_greeting (id, text) VALUES ('00000000-0000-0000-0000-000000000001', 'first')"
            " ON CONFLICT (id) DO NOTHING"
        )

    @hookimpl
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        cut = ctx.settings(HelloSettings).cut
        if not cut:
            return None
        return [
            Adjustment(
                phase=Phase.UNIT, code="hello", label="Hello discount", amount=-cut, line_id=line.line_id
            )
            for line in draft.lines
        ]

    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        settings = ctx.settings(HelloSettings)
        if slot is Slot.PRODUCT_BELOW_PRICE:
            return await _price_box(tx, settings) if settings.shows_box else None
        return {"where": slot.value} if settings.shows_marks else None


async def _price_box(tx: Tx, settings: HelloSettings) -> Mapping[str, object]:
    return {"cut": settings.cut, "count": await tx.value("SELECT count(*) FROM hello_greeting")}
