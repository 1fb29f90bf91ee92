"""Rooms on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from nakamise.rooms.hub import RoomHub
from nakamise.rooms.memory import MemoryStore
from nakamise.rooms.redis_store import RedisStore
from tests.core.rooms.redis_server import RedisServer

MakeHub = Callable[[], RoomHub]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Tests that kill it make one of their own."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["memory", "redis"])
async def make_hub(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[MakeHub]:
    """A hub stands for a process. On memory there is but one process."""
    async with AsyncExitStack() as stack:

        def make() -> RoomHub:
            store = MemoryStore() if request.param == "memory" else RedisStore(redis_server.url)
            hub = RoomHub(store)
            stack.push_async_callback(hub.close)
            return hub

        yield make


@pytest.fixture
def hub(make_hub: MakeHub) -> RoomHub:
    return make_hub()
