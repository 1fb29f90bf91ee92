"""Rooms over the real server: who hears what, of which tenant, and what is told to those who come back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.live import LiveServer
from tests.core.rooms.line import browser, listening, say

pytestmark = pytest.mark.req("LC-0.4")
HALL = "hello.hall/1"


async def test_a_room_hears_it_and_no_other_room_and_no_other_tenant(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    mine, other = await make_tenant(plugins=("hello",)), await make_tenant(plugins=("hello",))
    async with (
        browser(live_server, mine) as here,
        browser(live_server, other) as there,
        listening(here, HALL) as near,
        listening(here, "hello.hall/2") as next_door,
        listening(there, HALL) as far,
    ):
        assert (await near.next()).name == "open"
        answer = await say(here, "1", "hello")
        heard = await near.of("said")
        assert heard.data["text"] == "hello"
        assert heard.id == answer.json()["id"]
        assert await next_door.is_quiet("said")
        assert await far.is_quiet("said")


async def test_whoever_comes_back_is_told_what_was_missed_once_and_in_order(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client:
        async with listening(client, HALL) as line:
            await line.of("open")
            await say(client, "1", "0")
            last = (await line.of("said")).id
        for n in range(1, 8):
            await say(client, "1", str(n), urgent=False)
        # The header of a browser that connects again counts more than what its page was drawn with.
        async with listening(client, HALL, since="1-1", last_id=last) as line:
            await say(client, "1", "8")
            assert (await line.next()).id == last
            heard = [await line.of("said") for _ in range(8)]
            assert [one.data["text"] for one in heard] == [str(n) for n in range(1, 9)]
            assert [one.id for one in heard] == sorted(
                {one.id for one in heard}, key=lambda id_: (len(id_), id_)
            )
            assert await line.is_quiet("said")


async def test_whoever_was_away_too_long_is_told_so(live_server: LiveServer, make_tenant: MakeTenant) -> None:
    """hello.hall keeps 50 events."""
    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client:
        first = (await say(client, "1", "0")).json()["id"]
        for n in range(50):
            await say(client, "1", str(n))
        async with listening(client, HALL, since=first) as line:
            assert (await line.next()).name == "open", "all that came after it are still there"
        await say(client, "1", "one too many")
        for since in (first, "1-1", "7-7"):
            async with listening(client, HALL, since=since) as line:
                assert (await line.next()).name == "reset"
                await say(client, "1", "now")
                assert (await line.of("said")).data["text"] == "now"


async def test_staff_hear_in_the_same_room_what_is_for_staff(
    live_server: LiveServer, make_tenant: MakeTenant, as_admin: As
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    admin = await as_admin(tenant)
    async with (
        browser(live_server, tenant) as guest,
        browser(live_server, tenant, admin) as staff,
        listening(guest, HALL) as public,
        listening(staff, HALL) as inner,
    ):
        assert (await say(guest, "1", "not for me to say", staff=True)).status_code == 403
        bearer = {"Authorization": admin.client.headers["authorization"]}
        lines = "/api/hello/hall/1/lines"
        await staff.post(lines, json={"text": "secret", "staff": True}, headers=bearer)
        last = (await inner.of("said")).id
        assert await public.is_quiet("said")
        await say(guest, "1", "open")
        assert (await public.of("said")).data["text"] == "open"
        async with listening(guest, HALL, since=last) as again:
            assert (await again.of("said")).data["text"] == "open", "nor when it is told later"


@pytest.mark.parametrize(
    ("room", "guest", "buyer"),
    [
        ("hello.hall/1", 200, 200),
        ("hello.hall/lounge", 401, 200),
        ("hello.hall/0", 404, 404),
        ("hello.hall/..", 404, 404),
        ("hello.nowhere/1", 404, 404),
    ],
)
async def test_the_plugin_says_who_comes_in(
    live_server: LiveServer, make_tenant: MakeTenant, as_buyer: As, room: str, guest: int, buyer: int
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    person = await as_buyer(tenant)
    for who, status in ((None, guest), (person, buyer)):
        async with browser(live_server, tenant) as client:
            headers = {"Authorization": person.client.headers["authorization"]} if who else {}
            async with client.stream("GET", f"/api/core/rooms/{room}", headers=headers) as answer:
                assert answer.status_code == status


async def test_a_room_of_a_plugin_that_is_off_is_not_there(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    async with browser(live_server, await make_tenant()) as client:
        assert (await client.get(f"/rooms/{HALL}")).status_code == 404


async def test_people_are_counted_as_they_come_and_go(
    live_server: LiveServer, make_tenant: MakeTenant, as_buyer: As
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    async with (
        browser(live_server, tenant) as guest,
        browser(live_server, tenant, await as_buyer(tenant)) as buyer,
        listening(guest, HALL, viewer="a" * 16) as line,
    ):
        async with AsyncExitStack() as others:
            for letter in "abc":
                await others.enter_async_context(listening(guest, HALL, viewer=letter * 16))
            for _ in range(2):
                await others.enter_async_context(listening(buyer, HALL))
            assert (await presence(line, now=4)) == {"now": 4, "peak": 4, "unique": 4}
        assert (await presence(line, now=1)) == {"now": 1, "peak": 4, "unique": 4}


async def presence(line: object, *, now: int) -> dict[str, int]:
    """The first counts that are told with so many people here."""
    async with asyncio.timeout(5):
        while True:
            told: dict[str, int] = (await line.of("presence")).data  # type: ignore[attr-defined]
            if told["now"] == now:
                return told


async def test_one_client_does_not_take_all_connections(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    from nakamise.rooms.limits import PERSON_MAX

    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client, AsyncExitStack() as open_:
        for _ in range(PERSON_MAX):
            await open_.enter_async_context(listening(client, HALL, viewer="x" * 20))
        refused = await client.get(f"/rooms/{HALL}", params={"viewer": "x" * 20})
        assert refused.status_code == 429
        assert refused.headers["retry-after"]
        async with listening(client, HALL, viewer="y" * 20) as line:
            assert (await line.next()).name == "open"


async def test_a_listener_holds_no_database_connection(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    """More listeners than the pool has connections, and the rest of the site answers."""
    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client, AsyncExitStack() as open_:
        for n in range(live_server.settings.pool_size * 3):
            await open_.enter_async_context(listening(client, HALL, viewer=f"viewer-{n:010}"))
        assert (await client.get("/hello/greetings")).status_code == 200
