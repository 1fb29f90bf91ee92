"""What the payments show on pages of others."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nakamise.contracts.ui import OrderSubject, ShopSubject
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx, UiHooks, hookimpl
from nakamise_payments import boxes


class Hooks(UiHooks):
    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        if slot is Slot.ADMIN_ORDER_SECTION and isinstance(subject, OrderSubject):
            return await boxes.order_box(ctx, tx, subject)
        if slot is Slot.ADMIN_SHOP_SECTION and isinstance(subject, ShopSubject):
            return await boxes.shop_box(ctx, tx, subject)
        return None
