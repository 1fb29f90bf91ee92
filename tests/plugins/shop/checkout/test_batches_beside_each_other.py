"""Batches of several processes at once: they never wait for each other in a ring, and the stock's guard is real."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
import msgspec

from nakamise.contracts.checkout import OrderDraft
from nakamise.contracts.pricing import Adjustment, Phase, QuoteDraft
from nakamise.db import Tx
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.plugin import CheckoutHooks, PricingHooks, TenantCtx, hookimpl
from nakamise_shop.checkout import stock
from nakamise_shop.checkout.batch import place_all
from tests.core.host.plugins import hooks, plugin
from tests.plugins.invariants import broken
from tests.plugins.shop.checkout.test_batch import Crowd, kinds
from tests.plugins.shop.stall import Stall

# Those whose price is lowered by what they take, as coupons and sales do it; and those of the control.
LOWERED, FULL = "甲乙", "丙丁"


class Taking(CheckoutHooks, PricingHooks):
    """Takes one of the row that is called like the buyer, and thinks for a moment while holding it."""

    @hookimpl
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        if ctx.actor.display_name in FULL:
            return None
        return [Adjustment(phase=Phase.CART, code="T", label="t", amount=-100)]

    @hookimpl
    async def checkout_commit(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> None:
        await tx.execute("UPDATE unguarded SET used = used + 1 WHERE id = $1", ctx.actor.display_name)
        await asyncio.sleep(0.1)


async def test_batches_take_the_same_limited_things_in_turn(stall: Stall, owner: asyncpg.Connection) -> None:
    """Of two shops, so that no counter keeps them apart. The control takes limited things that the shop does not
    know of: there PostgreSQL has to end one of two transactions that wait for each other."""
    table = f'"{stall.tenant.schema}".unguarded'
    await owner.execute(f"CREATE TABLE {table} (id text PRIMARY KEY, used int NOT NULL DEFAULT 0)")
    await owner.executemany(f"INSERT INTO {table} VALUES ($1)", [(one,) for one in LOWERED + FULL])
    await owner.execute(f'GRANT SELECT, UPDATE ON {table} TO "{stall.tenant.schema}"')
    await stall.shop("bunten", "BT")
    entry_points = [*installed_entry_points(), plugin("tickets", hooks=hooks(Taking))]
    host = PluginHost.discover(entry_points=entry_points)
    shops = {slug: await stall.goods(slug, "口紅", 1000, 9) for slug in ("honten", "bunten")}
    for names, outcomes in ((LOWERED, {"Placed"}), (FULL, {"Placed", "NoneType"})):
        batches = []
        for variant_id, order in zip(shops.values(), (names, names[::-1]), strict=True):
            people = Crowd(stall, host)
            for name in order:
                await people.come(variant_id, 1, name)
            batches.append(await people.intents())
        told = await asyncio.gather(*(place_all(batch) for batch in batches))
        assert {kind for some in told for kind in kinds(some)} == outcomes
    await owner.execute(f"DROP TABLE {table}")


async def test_without_the_stocks_guard_two_batches_sell_too_much(
    stall: Stall, owner: asyncpg.Connection
) -> None:
    """The negative control: both share out what they read, and write without looking again."""
    variant_id = await stall.goods("honten", "限定口紅", 1000, 3)
    table = f'"{stall.tenant.schema}".shop_stock'
    [check] = await owner.fetch(
        "SELECT conname, pg_get_constraintdef(oid) AS rule FROM pg_constraint"
        " WHERE conrelid = $1::regclass AND contype = 'c'",
        table,
    )
    await owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{check["conname"]}"')
    both_have_looked = asyncio.Barrier(2)

    async def careless() -> int:
        async with stall.ctx.begin() as tx:
            [seen] = await stock.left(tx, [variant_id])
            await both_have_looked.wait()
            return await tx.execute(
                "UPDATE shop_stock SET reserved = reserved + $2 WHERE variant_id = $1", variant_id, seen.left
            )

    assert sum(await asyncio.gather(careless(), careless())) == 2
    assert await stall.stock_of(variant_id) == (3, 6)
    assert any(title.startswith("I1 ") for title in await broken(stall.ctx))
    # With the guard back, the same is refused by the database, whoever writes it.
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET reserved = 0 WHERE variant_id = $1", variant_id)
    await owner.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{check["conname"]}" {check["rule"]}')
    both_have_looked = asyncio.Barrier(2)
    told = await asyncio.gather(careless(), careless(), return_exceptions=True)
    assert sorted(type(one).__name__ for one in told) == ["CheckViolationError", "int"]
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET reserved = 0 WHERE variant_id = $1", variant_id)
