"""The plugin's hook implementations, thin."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx, UiHooks, hookimpl
from nakamise_agency.rights import READ


class Hooks(UiHooks):
    @hookimpl
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        return {"is_staff": ctx.actor.can(READ), "is_guest": ctx.actor.is_guest}
