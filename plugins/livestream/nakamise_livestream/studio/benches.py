"""What the pages of hosts and of moderators have in common: chat, products and run-sheet of one broadcast."""

from __future__ import annotations

from typing import Any

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import goods, products, run_sheet
from nakamise_livestream.broadcasts.goods import Good
from nakamise_livestream.broadcasts.run_sheet import RunItem
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.chat.schemas import TEXT_MAX, Chat
from nakamise_livestream.words import BROADCAST_STATES, badges


class Bench(msgspec.Struct, frozen=True):
    broadcast: Broadcast
    goods: list[Good]
    run: list[RunItem]
    chat: Chat

    def shown(self, ctx: TenantCtx) -> dict[str, Any]:
        """For the template."""
        spoken = [line for line in self.chat.lines if line.deleted is None]
        return {
            "broadcast": self.broadcast,
            "states": badges(ctx, BROADCAST_STATES),
            "chat": self.chat,
            "lines": msgspec.to_builtins(spoken),
            "goods": self.goods,
            "run": self.run,
            "text_max": TEXT_MAX,
        }

    def facts(self, ctx: TenantCtx) -> dict[str, Any]:
        """For the scripts."""
        pinned = self.broadcast.pinned_id
        return {
            "id": str(self.broadcast.id),
            "state": self.broadcast.state.value,
            "pinned_id": str(pinned) if pinned else None,
            "cursor": self.chat.cursor,
            "goods": msgspec.to_builtins(self.goods),
            "run": msgspec.to_builtins(self.run),
            "standing": msgspec.to_builtins(self.chat.standing),
            "mode": msgspec.to_builtins(self.chat.mode),
            "now_ms": int(ctx.now().timestamp() * 1000),
        }


async def bench(ctx: TenantCtx, tx: Tx, broadcast: Broadcast, chat: Chat) -> Bench:
    """Asks for no permission."""
    sold = await products.looked_up(ctx, tx, await products.product_ids(tx, broadcast.id))
    return Bench(
        broadcast=broadcast,
        goods=goods.worded(sold, ctx.locale),
        run=await run_sheet.items_of(tx, broadcast.id),
        chat=chat,
    )
