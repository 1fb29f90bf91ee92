"""Keys are kept for a month and then forgotten."""

from __future__ import annotations

from nakamise_shop.checkout.idempotency import forget_old
from tests.plugins.shop.stall import Stall


async def test_keys_are_forgotten_after_a_month(stall: Stall) -> None:
    buyer = await stall.buyer()
    async with stall.ctx.begin() as tx:
        for key, age in (("new", "29 days"), ("old", "31 days")):
            await tx.execute(
                "INSERT INTO shop_idempotency (actor_id, key, fingerprint, created_at)"
                " VALUES ($1, $2, '', now() - $3::text::interval)",
                *(buyer.id, key, age),
            )
    await forget_old(stall.ctx)
    async with stall.ctx.read() as tx:
        assert await tx.values("SELECT key FROM shop_idempotency") == ["new"]
