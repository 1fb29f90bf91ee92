"""A browser's connection to a room, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import msgspec

from nakamise.plugin import Tenant
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person


class Heard(NamedTuple):
    name: str
    data: Any
    id: str


class Line:
    """``next`` gives one event after the other; ``of`` skips what the framework says by itself."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.retries_ms: list[int] = []
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.ended = asyncio.create_task(self._read())

    async def _read(self) -> None:
        found = {"id": ""}
        async for line in self._answer.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "retry":
                self.retries_ms.append(int(value))
            if field == "data":
                self._heard.put_nowait(Heard(found["event"], msgspec.json.decode(value), found["id"]))
            found[field] = value

    async def next(self) -> Heard:
        async with asyncio.timeout(10):
            return await self._heard.get()

    async def of(self, name: str) -> Heard:
        while (heard := await self.next()).name != name:
            pass
        return heard

    async def is_quiet(self, name: str, wait_s: float = 0.6) -> bool:
        try:
            async with asyncio.timeout(wait_s):
                await self.of(name)
        except TimeoutError:
            return True
        return False


def browser(server: LiveServer, tenant: Tenant, person: Person | None = None) -> httpx.AsyncClient:
    """The host by its header, for not every machine resolves names below localhost."""
    base = f"http://127.0.0.1:{server.settings.port}"
    host = f"{tenant.canonical_host}:{server.settings.port}"
    cookies = {"Cookie": f"sid={person.token}"} if person else {}
    headers = {"Host": host, "Origin": f"http://{host}", **cookies}
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(base_url=base, headers=headers, timeout=20, limits=limits)


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, room: str, *, viewer: str = "", since: str = "", last_id: str = ""
) -> AsyncIterator[Line]:
    """``room``: ``hello.hall/1``."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    query = {"viewer": viewer, "since": since}
    async with client.stream("GET", f"/rooms/{room}", params=query, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        line = Line(answer)
        yield line
        line.ended.cancel()


async def say(client: httpx.AsyncClient, room: str, text: str, **said: bool) -> httpx.Response:
    """In a room of hello's; ``room`` as in the path."""
    return await client.post(f"/api/hello/hall/{room}/lines", json={"text": text, **said})
