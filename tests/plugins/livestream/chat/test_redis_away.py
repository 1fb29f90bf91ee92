"""Redis is killed during a live chat: the chat says so and heals by itself, and the shop sells all the while."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from nakamise.rooms.hub import RoomHub
from nakamise.rooms.redis_store import RedisStore
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.core.rooms.ears import Ears
from tests.core.rooms.redis_server import RedisServer
from tests.plugins.livestream.chat.talk import chat_url, in_room, said, say, texts
from tests.plugins.livestream.stage import API, Stage, ok, on_air
from tests.plugins.shop.stall import Stall, Till

pytestmark = pytest.mark.req("LC-0.4", "LC-0.27", "LC-0.3")
AWAY = {
    "ja": "チャットは一時的に利用できません。お買い物はできます。",
    "en": "The chat is away for a moment. Shopping works.",
}
REFUSED = {"ja": "ライブ接続が途切れています。", "en": "The live connection is interrupted."}


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Stage]:
    tenant = await make_tenant(plugins=("livestream", "shop", "payments_sandbox"))
    made = Stage(tenant, ctx_for(tenant), client, ctx_for)
    yield made
    assert await made.broken() == []


@pytest.fixture
async def redis(stage: Stage, tmp_path: Path) -> AsyncIterator[RedisServer]:
    """The rooms' own for this test."""
    server = RedisServer(tmp_path)
    server.start()
    before, hub = stage.ctx.runtime.rooms, RoomHub(RedisStore(server.url))
    stage.ctx.runtime.rooms = hub
    yield server
    stage.ctx.runtime.rooms = before
    await hub.close()
    server.kill()


async def told(ears: Ears, state: str) -> None:
    while [one.data for one in ears.heard if one.name == "status"][-1:] != [{"state": state}]:
        assert await ears.listen(), "cut off"


async def buys(stage: Stage, stall: Stall, client: httpx.AsyncClient, variant_id: uuid.UUID) -> str:
    """From the shelf to the paid order, over HTTP."""
    till = Till(client, await stall.buyer())
    body = {"variant_id": str(variant_id), "quantity": 1}
    await ok(await client.post("/api/shop/cart/lines", json=body, headers=till.buyer.headers))
    placed = await ok(await till.place())
    paid: str = (await ok(await till.pay(placed["purchase_id"], "tok_success")))["state"]
    return paid


async def test_the_chat_says_so_and_heals_and_the_shop_sells_meanwhile(
    stage: Stage, redis: RedisServer
) -> None:
    stall, host, viewer = (
        Stall(stage.tenant, stage.ctx, stage.ctx_for),
        await stage.host(),
        await stage.person(),
    )
    await stall.shop("honten", "LC")
    variant_id = await stall.goods("honten", "口紅", 1980, 10)
    product_id = await stage.value("SELECT product_id FROM shop_variant WHERE id = $1", variant_id)
    made, client = await on_air(host), stage.client_for(stage.tenant)
    async with in_room(stage, made) as ears:
        await said(viewer, made, "聞こえますか")
        await ears.of("chat")
        redis.kill()
        await told(ears, "away")
        for locale, words in REFUSED.items():
            headers = {"Accept-Language": locale}
            refused = await viewer.client.post(
                chat_url(made, "/lines"), json={"text": "もしもし", "key": str(uuid.uuid4())}, headers=headers
            )
            assert refused.status_code == 503
            assert words in refused.json()["detail"]
            page = await client.get(f"/livestream/{made['id']}", headers=headers)
            assert (page.status_code, AWAY[locale] in page.text) == (200, True)
        # The host goes on as well: what is shown is kept, and told when somebody can be told.
        studio = f"{API}/studio/broadcasts/{made['id']}"
        await ok(await host.client.put(f"{studio}/products", json={"product_ids": [str(product_id)]}))
        await ok(await host.client.put(f"{studio}/pin", json={"product_id": str(product_id)}))
        assert await buys(stage, stall, client, variant_id) == "succeeded"
        assert await texts(viewer, made) == ["聞こえますか"], "what nobody heard was not said"
        redis.start()
        await told(ears, "up")
        assert (await say(viewer, made, "また聞こえます")).status_code == 201
        assert [one.data["text"] for one in await ears.of("chat", 2)] == ["聞こえますか", "また聞こえます"]
    assert await stall.stock_of(variant_id) == (10, 1), "one is to be sent"
