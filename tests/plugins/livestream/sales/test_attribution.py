"""An order counts for the broadcast in which the product was put into the cart, and the host sees it at once."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from nakamise_shop.checkout.expire import expire
from tests.plugins.livestream.stage import API, Json, Stage, act, ok, on_air
from tests.plugins.shop.stall import Buyer, Stall, Till


@dataclass
class Market:
    stage: Stage
    stall: Stall
    host: Person
    variants: list[uuid.UUID]
    products: list[str]

    async def shown(self) -> Json:
        """On the air with all products."""
        made = await on_air(self.host)
        path = f"{API}/studio/broadcasts/{made['id']}/products"
        await ok(await self.host.client.put(path, json={"product_ids": self.products}))
        return made

    async def numbers(self, broadcast: Json) -> Json:
        path = f"{API}/studio/broadcasts/{broadcast['id']}/numbers"
        found: Json = await ok(await self.host.client.get(path))
        return found

    async def buy(self, client: httpx.AsyncClient, buyer: Buyer, *goods: tuple[uuid.UUID, int]) -> uuid.UUID:
        await self.stall.fill_cart(buyer, goods)
        return uuid.UUID((await ok(await Till(client, buyer).place()))["purchase_id"])


@pytest.fixture
async def market(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Market]:
    tenant = await make_tenant(plugins=("livestream", "shop", "payments_sandbox", "webhooks"))
    stage = Stage(tenant, ctx_for(tenant), client, ctx_for)
    stall = Stall(tenant, stage.ctx, ctx_for)
    await stall.shop("honten", "LC")
    variants = [
        await stall.goods("honten", name, price, 10) for name, price in (("口紅", 1980), ("美容液", 5500))
    ]
    query = "SELECT product_id FROM shop_variant WHERE id = $1"
    products = [str(await stage.value(query, one)) for one in variants]
    yield Market(stage, stall, await stage.host(), variants, products)
    assert await stage.broken() == []


async def tap(
    client: httpx.AsyncClient, broadcast: Json, product: str, act_: str, **more: object
) -> httpx.Response:
    body = {"product_id": product, "act": act_, **more}
    return await client.post(f"{API}/broadcasts/{broadcast['id']}/interest", json=body)


@pytest.mark.req("GA-05")
async def test_a_guest_who_signs_in_and_buys_counts_for_the_last_broadcast(market: Market) -> None:
    first = await market.shown()
    guest = market.stage.client_for(market.stage.tenant)
    for what in ("open", "open", "add"):
        assert (await tap(guest, first, market.products[0], what)).status_code == 204
    await ok(await act(market.host, first, "end"))
    second = await market.shown()
    assert (await tap(guest, second, market.products[0], "add")).status_code == 204
    buyer = await market.stall.buyer()
    purchase = await market.buy(guest, buyer, (market.variants[0], 2), (market.variants[1], 1))
    assert (await market.numbers(first))["clicks"] == 2
    assert (await market.numbers(first))["orders"] == 0
    found = await market.numbers(second)
    assert (found["adds"], found["orders"], found["units"], found["sales"]) == (1, 1, 2, 3960)
    assert found["products"][0]["product_id"] == market.products[0]
    async with market.stage.ctx.begin() as tx:
        await tx.execute("UPDATE shop_purchase SET expires_at = now() - interval '1 second'")
    assert await expire(market.stage.ctx, purchase)
    assert (await market.numbers(second))["orders"] == 0


async def test_what_was_not_put_into_the_cart_there_does_not_count(market: Market) -> None:
    made = await market.shown()
    guest = market.stage.client_for(market.stage.tenant)
    await tap(guest, made, market.products[0], "open")
    await market.buy(guest, await market.stall.buyer(), (market.variants[0], 1))
    assert (await market.numbers(made))["orders"] == 0
    assert (await tap(guest, made, str(uuid.uuid4()), "add")).status_code == 404
    assert (await tap(guest, {"id": str(uuid.uuid4())}, market.products[0], "add")).status_code == 404
    stranger = await market.stage.person()
    path = f"{API}/studio/broadcasts/{made['id']}/numbers"
    assert (await stranger.client.get(path)).status_code == 404
