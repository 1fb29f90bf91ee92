"""A product that was pinned is found in the recording, at the second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from tests.plugins.livestream.archive.player import play
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.stage import Stage, act, ok, on_air
from tests.plugins.livestream.whip.rtc import send
from tests.plugins.livestream.whip.waiting import until
from tests.plugins.shop.stall import Stall

API = "/api/livestream"


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Stage]:
    tenant = await make_tenant(plugins=("livestream", "shop", "webhooks"))
    made = Stage(tenant, ctx_for(tenant), client, ctx_for)
    yield made
    assert await made.broken() == []


@pytest.fixture
async def lipstick(stage: Stage) -> str:
    stall = Stall(stage.tenant, stage.ctx, stage.ctx_for)
    await stall.shop("honten", "LC")
    await stall.goods("honten", "口紅", 1980, 10)
    return str(await stage.value("SELECT id FROM shop_product"))


@pytest.mark.req("BX-07")
async def test_a_pinned_product_is_a_mark(
    stage: Stage, presenter: Person, lipstick: str, client: ClientFor
) -> None:
    broadcast = await on_air(presenter)
    one = f"{API}/studio/broadcasts/{broadcast['id']}"
    await ok(await presenter.client.put(f"{one}/products", json={"product_ids": [lipstick]}))
    async with publisher("H264", EncodedTrack()) as sender:
        await send(presenter.client, f"/livestream/{broadcast['id']}/whip", sender)

        async def is_recorded() -> bool:
            return bool(await stage.value("SELECT count(*) FROM livestream_segment"))

        await until(is_recorded, within=30.0)
        began = await stage.value("SELECT begins_at FROM livestream_segment WHERE number = 1")
        asked_s = (stage.ctx.now() - began).total_seconds()
        await ok(await presenter.client.put(f"{one}/pin", json={"product_id": lipstick}))
        pinned_s = (stage.ctx.now() - began).total_seconds()
        await asyncio.sleep(2)
        await ok(await presenter.client.delete(f"{one}/pin"))
        await asyncio.sleep(1)
        await ok(await act(presenter, broadcast, "end"))

    async def is_whole() -> bool:
        end = "SELECT max(starts_us + duration_us) FROM livestream_segment"
        return bool(float(await stage.value(end)) / 1e6 > pinned_s + 2)

    await until(is_whole, within=10.0)
    guest = client(stage.tenant)
    found = await ok(await guest.get(f"{API}/broadcasts/{broadcast['id']}/archive"))
    (mark,) = found["marks"]
    assert mark["product_id"] == lipstick
    # A busy machine dates the first picture late.
    assert asked_s - 1 < mark["starts_s"] < pinned_s + 1
    assert mark["ends_s"] - mark["starts_s"] == pytest.approx(2, abs=0.5)
    played = await play(guest, found["playlist"])
    assert any(abs(second - mark["starts_s"]) < 0.05 for second in played.pictures)
