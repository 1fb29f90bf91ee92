"""Five hundred listen on real connections while a few flood the chat: what is said is there within a second."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.core.rooms.line import browser
from tests.plugins.livestream.chat.talk import chat_url
from tests.plugins.livestream.stage import Json, Stage, on_air

LISTENERS = 500
ENTERING_AT_ONCE = 25
SPEAKERS = 6
FLOOD_S = 2.0
# A client's own limit of connections is for an address; the loopback network has many.
ADDRESSES = 5
_TEXT = re.compile(rb'"text":"([^"]+)"')


class Ear(asyncio.Protocol):
    def __init__(self, request: bytes) -> None:
        self._request = request
        self.opened = asyncio.get_running_loop().create_future()
        # Text and when it came.
        self.heard: list[tuple[str, float]] = []
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done() and b"event: open" in data:
            self.opened.set_result(None)
        now = time.monotonic()
        self.heard += [(text.decode(), now) for text in _TEXT.findall(data)]


@asynccontextmanager
async def full_room(server: LiveServer, stage: Stage, broadcast: Json) -> AsyncIterator[list[Ear]]:
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(ENTERING_AT_ONCE)
    host = f"{stage.tenant.canonical_host}:{server.settings.port}"

    async def enter(number: int) -> Ear:
        path = f"/rooms/livestream.broadcast/{broadcast['id']}?viewer=listener-{number:010}"
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        async with gate:
            source = (f"127.0.0.{1 + number % ADDRESSES}", 0)
            _, ear = await loop.create_connection(
                lambda: Ear(request), "127.0.0.1", server.settings.port, local_addr=source
            )
            await asyncio.wait_for(ear.opened, 30)
        return ear

    ears = await asyncio.gather(*(enter(number) for number in range(LISTENERS)))
    try:
        yield ears
    finally:
        for ear in ears:
            assert ear.transport is not None
            ear.transport.abort()


async def flood(client: httpx.AsyncClient, person: Person, broadcast: Json) -> tuple[dict[str, float], int]:
    """When each line that was taken was sent, and how many were refused."""
    sent: dict[str, float] = {}
    refused = 0
    headers = {"Authorization": person.client.headers["authorization"]}
    until = time.monotonic() + FLOOD_S
    while (began := time.monotonic()) < until:
        text, key = uuid.uuid4().hex, str(uuid.uuid4())
        answer = await client.post(
            chat_url(broadcast, "/lines"), json={"text": text, "key": key}, headers=headers
        )
        if answer.status_code == 201:
            sent[text] = began
        else:
            assert answer.status_code == 429, answer.text
            refused += 1
        await asyncio.sleep(0.1)
    return sent, refused


@pytest.mark.req("LC-0.4", "GL-09")
async def test_a_line_is_with_everybody_within_a_second(
    stage: Stage, presenter: Person, live_server: LiveServer
) -> None:
    made = await on_air(presenter)
    speakers = [await stage.person(f"話す人{n}") for n in range(SPEAKERS)]
    async with full_room(live_server, stage, made) as ears, browser(live_server, stage.tenant) as client:
        results = await asyncio.gather(*(flood(client, speaker, made) for speaker in speakers))
        sent = {text: began for lines, _ in results for text, began in lines.items()}
        assert len(sent) >= SPEAKERS * 4
        assert sum(refused for _, refused in results) > SPEAKERS, "the rest of the flood is refused"
        async with asyncio.timeout(5):
            while any(len(ear.heard) < len(sent) for ear in ears):  # noqa: ASYNC110 (sockets fill it)
                await asyncio.sleep(0.05)
        order = [text for text, _ in ears[0].heard]
        assert set(order) == set(sent)
        assert all([text for text, _ in ear.heard] == order for ear in ears), "once each, in one order"
        delays = [came - sent[text] for ear in ears for text, came in ear.heard]
        assert statistics.quantiles(delays, n=20)[18] < 1.0
