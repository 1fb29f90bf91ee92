"""What both stores promise: order, history, counting. A hub is a process."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from nakamise.errors import TooMany
from nakamise.rooms.address import EventId
from nakamise.rooms.hub import RoomHub
from nakamise.rooms.limits import PERSON_MAX
from nakamise.rooms.pulse import BEAT_S, SHOWN_MAX
from tests.core.rooms.ears import KIND, ears, new_room, say

pytestmark = pytest.mark.req("LC-0.4")


async def test_everybody_in_the_room_hears_everything_once_in_order(hub: RoomHub) -> None:
    key = new_room()
    async with ears(hub, key) as one, ears(hub, key) as two, ears(hub, new_room()) as elsewhere:
        for n in range(50):
            await say(hub, key, str(n))
        wanted = [str(n) for n in range(50)]
        assert await one.texts(50) == wanted
        assert await two.texts(50) == wanted
        await say(hub, key, "last")
        assert await one.texts(51) == [*wanted, "last"]
        assert not [one for one in elsewhere.heard if one.name == "said"]


async def test_coming_and_going_loses_and_doubles_nothing(hub: RoomHub) -> None:
    """A listener who connects again at any moment, with the last id it heard, while others talk."""
    key, seed = new_room(), random.Random(7)
    texts: list[str] = []

    async def talk() -> None:
        for n in range(150):
            await say(hub, key, str(n), urgent=seed.random() < 0.2)
            await asyncio.sleep(seed.random() * 0.02)

    since = EventId.parse(await hub.cursor(key))
    talking = asyncio.create_task(talk())
    while len(texts) < 150:
        async with ears(hub, key, since=since) as one:
            assert one.heard[0].name == "open"
            for _ in range(seed.randrange(3)):
                if {"text": "149"} not in [heard.data for heard in one.heard]:
                    await one.listen()
            said = [heard for heard in one.heard if heard.name == "said"]
            texts += [heard.data["text"] for heard in said]
            since = EventId.parse(said[-1].id) if said else since
        await asyncio.sleep(seed.random() * 0.05)
    await talking
    assert texts == [str(n) for n in range(150)]


async def test_a_page_drawn_before_anybody_spoke_misses_nothing(hub: RoomHub) -> None:
    key = new_room()
    cursor = EventId.parse(await hub.cursor(key))
    await say(hub, key, "first")
    async with ears(hub, key, since=cursor) as one:
        assert await one.texts(1) == ["first"]


async def test_a_gap_that_is_too_long_is_said(hub: RoomHub) -> None:
    key = new_room()
    empty = EventId.parse(await hub.cursor(key))
    first = await say(hub, key, "0")
    for n in range(KIND.history * 2):
        await say(hub, key, str(n))
    last = await say(hub, key, "last")
    for since in (empty, first, EventId(1, 1), EventId(last.ms + 60_000, 0)):
        async with ears(hub, key, since=since) as one:
            assert [heard.name for heard in one.heard] == ["reset"]
            assert one.heard[0].id == str(last)


async def test_people_are_counted(hub: RoomHub) -> None:
    key = new_room()
    async with ears(hub, key, who=b"a") as one:
        async with ears(hub, key, who=b"b"), ears(hub, key, who=b"c"), ears(hub, key, who=b"c"):
            await one.presence(now=3, peak=3, unique=3)
        await one.presence(now=1, peak=3, unique=3)
        async with ears(hub, key, who=b"d") as two:
            await one.presence(now=2, peak=3, unique=4)
            assert two.heard[-1].name in ("open", "presence")
    async with ears(hub, key, who=b"a") as again:
        await again.presence(now=1, peak=3, unique=4)


async def test_hearts_are_added_up_and_shown_in_handfuls(hub: RoomHub) -> None:
    key = new_room()
    async with ears(hub, key) as one:
        for _ in range(30):
            hub.react(key, KIND, "heart", 1)
        hub.react(key, KIND, "clap", 2)
        assert (await one.of("reactions"))[0].data == {"heart": SHOWN_MAX, "clap": 2}
    assert dict((await hub.census(key, KIND)).reactions) == {"heart": 30, "clap": 2}


async def test_hearts_count_in_a_room_that_nobody_listens_to_here(hub: RoomHub) -> None:
    key = new_room()
    hub.react(key, KIND, "heart", 3)
    await asyncio.sleep(BEAT_S * 2)
    assert dict((await hub.census(key, KIND)).reactions) == {"heart": 3}


async def test_one_person_takes_no_more_than_a_few_connections(hub: RoomHub) -> None:
    key = new_room()
    async with AsyncExitStack() as stack:
        for _ in range(PERSON_MAX):
            await stack.enter_async_context(ears(hub, key, who=b"greedy"))
        with pytest.raises(TooMany):
            await stack.enter_async_context(ears(hub, key, who=b"greedy"))
        await stack.enter_async_context(ears(hub, key, who=b"modest"))
    async with ears(hub, key, who=b"greedy") as again:
        assert again.heard[0].name == "open"


async def test_a_full_room_hears_everything_and_one_who_does_not_read_holds_nobody(hub: RoomHub) -> None:
    key = new_room()
    async with AsyncExitStack() as stack:
        everybody = [
            await stack.enter_async_context(
                ears(hub, key, who=b"%d" % n, address=f"10.0.{n // 100}.{n % 100}")
            )
            for n in range(600)
        ]
        asleep = await stack.enter_async_context(ears(hub, key, who=b"asleep"))
        for n in range(12):
            await say(hub, key, str(n))
            await asyncio.sleep(0.05)
        wanted = [str(n) for n in range(12)]
        heard = await asyncio.gather(*(one.texts(12) for one in everybody))
        assert all(texts == wanted for texts in heard)
        assert await asleep.texts(12) == wanted, "a little late, nothing is lost"
        await everybody[0].presence(now=601, peak=601, unique=601)
