"""Several processes on one Redis, and Redis going away: hubs stand for processes, the server is real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from nakamise.errors import Unavailable
from nakamise.rooms import store
from nakamise.rooms.address import EventId
from nakamise.rooms.event import encode
from nakamise.rooms.hub import RoomHub
from nakamise.rooms.redis_store import TIMEOUT_S, RedisStore
from tests.core.rooms.ears import KIND, Ears, Said, ears, new_room, say
from tests.core.rooms.redis_server import RedisServer

pytestmark = pytest.mark.req("LC-0.4", "LC-0.27")


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.thaw()
    server.kill()


@pytest.fixture
async def hubs(mortal: RedisServer) -> AsyncIterator[tuple[RoomHub, RoomHub]]:
    one, two = RoomHub(RedisStore(mortal.url)), RoomHub(RedisStore(mortal.url))
    yield one, two
    await one.close()
    await two.close()


async def told(listener: Ears, state: str) -> None:
    while {"state": state} not in [heard.data for heard in listener.heard if heard.name == "status"]:
        assert await listener.listen(), "cut off"


async def test_processes_hear_each_other_and_count_together(hubs: tuple[RoomHub, RoomHub]) -> None:
    one, two = hubs
    key = new_room()
    async with ears(one, key, who=b"a") as here, ears(two, key, who=b"b") as there:
        for n in range(20):
            await say((one, two)[n % 2], key, str(n))
        assert await here.texts(20) == await there.texts(20) == [str(n) for n in range(20)]
        # What was felt before a process has counted for the first time is shown to nobody there.
        await here.presence(now=2, peak=2, unique=2)
        two.react(key, KIND, "heart", 2)
        assert (await here.of("reactions"))[0].data == {"heart": 2}


async def test_whoever_changes_the_process_is_told_what_was_missed(hubs: tuple[RoomHub, RoomHub]) -> None:
    one, two = hubs
    key = new_room()
    async with ears(one, key) as here:
        last = await say(one, key, "0")
        await here.texts(1)
    await say(one, key, "1")
    async with ears(two, key, since=last) as there:
        await say(one, key, "2")
        assert await there.texts(2) == ["1", "2"]


async def test_people_of_a_process_that_crashed_are_soon_not_there(
    mortal: RedisServer, hubs: tuple[RoomHub, RoomHub], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub whose tasks end without a word; the lease is shortened so that the test need not wait for it."""
    monkeypatch.setattr("nakamise.rooms.redis_store.LEASE_S", 2.0)
    monkeypatch.setattr("nakamise.rooms.pulse.RENEW_S", 0.5)
    crashing, witness = hubs
    key = new_room()
    async with ears(witness, key, who=b"w") as here, ears(crashing, key, who=b"x"):
        await here.presence(now=2, peak=2, unique=2)
        await crashing.close()
        await here.presence(now=1, peak=2, unique=2)
    assert store.LEASE_S > 2 * store.RENEW_S


async def test_redis_away_is_said_and_over_by_itself(
    mortal: RedisServer, hubs: tuple[RoomHub, RoomHub]
) -> None:
    one, _ = hubs
    key = new_room()
    async with ears(one, key) as here:
        await say(one, key, "before")
        await here.texts(1)
        mortal.kill()
        await told(here, "away")
        with pytest.raises(Unavailable, match="live connection is interrupted"):
            await say(one, key, "meanwhile")
        with pytest.raises(Unavailable):
            await one.census(key, KIND)
        assert await one.cursor(key) == ""
        mortal.start()
        await told(here, "up")
        await say(one, key, "after")
        assert await here.texts(2) == ["before", "after"]


async def test_what_is_announced_while_redis_is_away_is_said_when_it_is_back(
    mortal: RedisServer, hubs: tuple[RoomHub, RoomHub]
) -> None:
    one, two = hubs
    key = new_room()
    async with ears(two, key) as there:
        mortal.kill()
        await told(there, "away")
        for n in range(3):
            await one.publish_sometime(key, KIND, encode("said", Said(str(n))))
        mortal.start()
        assert await there.texts(3) == ["0", "1", "2"]


async def test_whoever_comes_while_redis_is_away_waits_and_is_let_in_afterwards(
    mortal: RedisServer, hubs: tuple[RoomHub, RoomHub]
) -> None:
    one, _ = hubs
    key = new_room()
    mortal.kill()
    async with ears(one, key, since=EventId(1, 1)) as early:
        assert [heard.name for heard in early.heard] == ["status"]
        mortal.start()
        assert not await early.listen(), "let go, to come again"
    async with ears(one, key) as again:
        assert again.heard[0].name == "open"


async def test_a_redis_that_hangs_holds_nobody(mortal: RedisServer, hubs: tuple[RoomHub, RoomHub]) -> None:
    one, _ = hubs
    key = new_room()
    async with ears(one, key) as here:
        await say(one, key, "before")
        mortal.freeze()
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(Unavailable):
            await say(one, key, "hangs")
        assert loop.time() - began < TIMEOUT_S + 1
        await told(here, "away")
        began = loop.time()
        with pytest.raises(Unavailable):
            await say(one, key, "refused at once")
        assert loop.time() - began < 0.1
        mortal.thaw()
        await told(here, "up")
        await say(one, key, "after")
        texts = await here.texts(2)
        assert texts[0] == "before"
        # What nobody answered for may have been taken all the same.
        assert texts[1] in ("hangs", "after")
