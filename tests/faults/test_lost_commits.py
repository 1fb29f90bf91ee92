"""B3: an answer of the database is lost. The client cannot know, asks again with the same key, and has one order.

So many at once go by the line: a batch whose COMMIT nobody heard of is one, too.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from nakamise.errors import Problem
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Placed, PlaceOrder
from tests.faults import ground
from tests.faults.cutting_proxy import COMMITTED, WITHIN, CuttingProxy
from tests.faults.size import sized
from tests.plugins.invariants import broken
from tests.plugins.shop.stall import Buyer, Stall

BUYERS = sized(30, 600)
TRIES = 40
# At full size the line is long, and whoever is told to come again has not been answered.
PATIENCE_S = sized(30.0, 300.0)
# Every third answer to COMMIT; every 37th of all others, in the middle of a transaction.
CUTS = {"commit": (3, COMMITTED), "within": (37, WITHIN)}


@pytest.fixture(params=["commit"])
async def cut(
    request: pytest.FixtureRequest, settings: Settings, host: PluginHost
) -> AsyncIterator[tuple[CuttingProxy, Stall]]:
    """A stall behind a proxy that loses answers."""
    every, mark = CUTS[request.param]
    port = int((settings.database_url or "").rpartition(":")[2].partition("/")[0])
    async with CuttingProxy(port, every, mark).listening() as proxy:
        async with ground.running(settings, host) as straight:
            tenant = (await ground.stall_on(straight, f"cut-{uuid.uuid4().hex[:8]}")).tenant
        async with ground.running(ground.through(settings, proxy.port), host) as runtime:
            stall = ground.on(runtime, tenant)
            async with stall.ctx.read() as tx:
                stall.shops["honten"] = await tx.value("SELECT id FROM shop_shop")
            yield proxy, stall


async def confirmed(stall: Stall, variant_id: uuid.UUID) -> tuple[Buyer, PlaceOrder]:
    """Somebody with one piece in the cart who has seen the confirmation."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    seen = await confirm_view(stall.ctx_of(buyer), buyer.address_id)
    return buyer, PlaceOrder(buyer.address_id, seen.fingerprint)


async def place_until_answered(stall: Stall, buyer: Buyer, wanted: PlaceOrder, key: str) -> Placed:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await place(stall.ctx_of(buyer), key, wanted)
            except Exception:  # noqa: BLE001 - whatever the driver raises, the outcome is unknown
                await asyncio.sleep(sized(0.01, 0.1))


@pytest.mark.req("LC-4.2.1", "LC-4.2.10")
@pytest.mark.parametrize("cut", list(CUTS), indirect=True)
async def test_a_retry_with_the_same_key_never_orders_twice(cut: tuple[CuttingProxy, Stall]) -> None:
    proxy, stall = cut
    variant_id = await stall.goods("honten", "口紅", 1000, BUYERS)
    ready = [await confirmed(stall, variant_id) for _ in range(BUYERS)]
    proxy.is_on = True
    placed = await asyncio.gather(
        *(place_until_answered(stall, buyer, wanted, uuid.uuid4().hex) for buyer, wanted in ready)
    )
    proxy.is_on = False
    assert proxy.cuts >= 3
    assert len({answer.purchase_id for answer in placed}) == BUYERS
    assert await stall.value("SELECT count(*) FROM shop_purchase") == BUYERS
    assert await stall.stock_of(variant_id) == (BUYERS, BUYERS)
    assert await broken(stall.ctx) == {}


async def test_without_a_key_the_same_losses_are_told_as_failures(
    cut: tuple[CuttingProxy, Stall], settings: Settings
) -> None:
    """The control: a database that forgets keys. Whoever has ordered and asks again is told that their cart is empty."""
    proxy, stall = cut
    variant_id = await stall.goods("honten", "口紅", 1000, BUYERS)
    wrong: list[str] = []

    async def asks_again(buyer: Buyer, wanted: PlaceOrder, key: str) -> None:
        code = "line_wait"
        while code == "line_wait":
            try:
                await place(stall.ctx_of(buyer), key, wanted)
                code = ""
            except Problem as refused:
                code = refused.code
            except Exception:  # noqa: BLE001 - as above
                await asyncio.sleep(0.01)
        wrong.extend([code] if code else [])

    ready = [await confirmed(stall, variant_id) for _ in range(12)]
    async with ground.forgetting_keys(settings, stall.tenant):
        proxy.is_on = True
        await asyncio.gather(*(asks_again(*one, uuid.uuid4().hex) for one in ready))
        proxy.is_on = False
    assert proxy.cuts >= 2
    assert await stall.value("SELECT count(*) FROM shop_purchase") == len(ready)
    assert set(wrong) <= {"cart_empty", "cart_changed"}
    assert wrong, "nobody asked again: the losses hit nobody"
