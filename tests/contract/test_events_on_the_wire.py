"""Live messages over the real server: who hears what, of which tenant, and again after the line was cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from nakamise.plugin import Tenant
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person

pytestmark = pytest.mark.req("BX-19")


class Line:
    """An open connection; ``heard`` fills with (topic, data)."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        topic = ""
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line.startswith("event: "):
                    topic = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    return topic, json.loads(line.removeprefix("data: "))
        raise EOFError

    async def is_quiet(self) -> bool:
        try:
            async with asyncio.timeout(0.5):
                await self.next()
        except TimeoutError:
            return True
        return False


def browser(live_server: LiveServer, tenant: Tenant, person: Person | None = None) -> httpx.AsyncClient:
    """The host by its header, for not every machine resolves names below localhost."""
    base = f"http://127.0.0.1:{live_server.settings.port}"
    host = f"{tenant.canonical_host}:{live_server.settings.port}"
    cookies = {"Cookie": f"sid={person.token}"} if person else {}
    headers = {"Host": host, "Origin": f"http://{host}", **cookies}
    return httpx.AsyncClient(base_url=base, headers=headers, timeout=20)


@asynccontextmanager
async def listening(client: httpx.AsyncClient, *topics: str) -> AsyncIterator[Line]:
    async with client.stream("GET", "/events", params=[("topic", one) for one in topics]) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        line = Line(answer)
        async for first in line._lines:
            if first.startswith("retry:"):
                break
        yield line


async def greet(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.post("/hello/greetings", data={"name": name})
    assert answer.status_code == 303, answer.text


async def test_it_reaches_the_tenants_pages_and_no_other_tenants(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    mine, other = await make_tenant(plugins=("hello",)), await make_tenant(plugins=("hello",))
    async with (
        browser(live_server, mine) as here,
        browser(live_server, other) as there,
        listening(here, "hello.greeted") as near,
        listening(there, "hello.greeted") as far,
    ):
        await greet(here, "mika")
        topic, data = await near.next()
        assert (topic, data["text"]) == ("hello.greeted", "Hello, mika")
        assert await far.is_quiet()


async def test_a_message_of_one_user_and_one_of_staff_reach_them_only(
    live_server: LiveServer, make_tenant: MakeTenant, as_buyer: As, as_admin: As
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    buyer, neighbour, admin = await as_buyer(tenant), await as_buyer(tenant), await as_admin(tenant)
    async with (
        browser(live_server, tenant, buyer) as hers,
        browser(live_server, tenant, neighbour) as his,
        browser(live_server, tenant, admin) as staff,
        listening(hers, "hello.yours") as her_line,
        listening(his, "hello.yours") as his_line,
        listening(staff, "hello.kept") as staff_line,
    ):
        await greet(hers, "ren")
        assert (await her_line.next())[0] == "hello.yours"
        assert (await staff_line.next())[0] == "hello.kept"
        assert await his_line.is_quiet()


@pytest.mark.parametrize(
    ("topic", "guest", "buyer"),
    [("hello.greeted", 200, 200), ("hello.kept", 401, 403), ("hello.nowhere", 404, 404), ("", 404, 404)],
)
async def test_who_is_admitted_is_said_before_anything_is_sent(
    live_server: LiveServer, make_tenant: MakeTenant, as_buyer: As, topic: str, guest: int, buyer: int
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    person = await as_buyer(tenant)
    for who, status in ((None, guest), (person, buyer)):
        async with browser(live_server, tenant, who) as client:
            params = {"topic": topic} if topic else {}
            headers = {"Authorization": person.client.headers["authorization"]} if who else {}
            ask = client.stream("GET", "/api/core/events", params=params, headers=headers)
            async with ask as answer:
                assert answer.status_code == status


async def test_a_topic_of_a_plugin_that_is_off_is_not_there(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    async with browser(live_server, await make_tenant()) as client:
        assert (await client.get("/events", params={"topic": "hello.greeted"})).status_code == 404


async def test_whoever_connects_again_hears_what_is_said_from_then_on(
    live_server: LiveServer, make_tenant: MakeTenant
) -> None:
    """Messages are kept nowhere, so none carries an id and Last-Event-ID brings nothing back."""
    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client:
        async with listening(client, "hello.greeted") as line:
            await greet(client, "before")
            assert (await line.next())[1]["text"] == "Hello, before"
        await greet(client, "between")
        client.headers["Last-Event-ID"] = "1"
        async with listening(client, "hello.greeted") as line:
            await greet(client, "after")
            assert (await line.next())[1]["text"] == "Hello, after"
