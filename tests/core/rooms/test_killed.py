"""A web process that is killed takes its people with it when its lease ends, and they come again."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from nakamise.plugin import RoomKind
from nakamise.plugin.rooms import Presence
from nakamise.rooms.address import RoomKey
from nakamise.rooms.hub import RoomHub
from nakamise.rooms.redis_reader import stream_of
from nakamise.rooms.redis_store import RedisStore
from nakamise.rooms.store import LEASE_S
from nakamise.settings import Settings
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port
from tests.core.rooms.line import browser, listening
from tests.core.rooms.redis_server import RedisServer

pytestmark = pytest.mark.req("LC-0.4", "LC-0.27")
HALL = RoomKind(id="hello.hall", admit="x:y", history=50)
VIEWER = "v" * 16


async def until(hub: RoomHub, key: RoomKey, wanted: Presence) -> None:
    async with asyncio.timeout(10):
        while (await hub.census(key, HALL)).presence != wanted:  # noqa: ASYNC110 (another process counts)
            await asyncio.sleep(0.05)


async def time_passes(url: str, key: RoomKey) -> None:
    """A lease's length: what is left of each is that much less."""
    here = f"{stream_of(key)}:here"
    async with Redis.from_url(url) as redis:
        people: Any = await redis.zrange(here, 0, -1)
        for person in people:
            await redis.zincrby(here, -LEASE_S, person)


async def test_presence_is_right_again_after_a_process_was_killed(
    settings: Settings, make_tenant: MakeTenant, redis_server: RedisServer
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    key, witness = RoomKey(tenant.id, HALL.id, "1"), RoomHub(RedisStore(redis_server.url))
    made = msgspec.structs.replace(settings, jobs=0, port=free_port(), redis_url=redis_server.url)
    server = LiveServer(made)
    server.start()
    try:
        async with browser(server, tenant) as client:
            async with listening(client, "hello.hall/1", viewer=VIEWER):
                await until(witness, key, Presence(1, 1, 1))
                server.kill()
            assert (await witness.census(key, HALL)).presence.now == 1, "nobody could say that they left"
            await time_passes(redis_server.url, key)
            assert (await witness.census(key, HALL)).presence == Presence(0, 1, 1)
            server.start()
            async with listening(client, "hello.hall/1", viewer=VIEWER):
                await until(witness, key, Presence(1, 1, 1))
    finally:
        server.stop()
        await witness.close()
