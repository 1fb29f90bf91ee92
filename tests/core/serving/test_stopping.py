"""A server that is asked to stop: pages that listen are let go at once, and nothing is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from nakamise.plugin import Tenant
from nakamise.serving.stopping import when_stopping
from nakamise.settings import Settings
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port
from tests.alone import others_rest
from tests.core.rooms.line import browser, listening

pytestmark = pytest.mark.req("LC-0.4")
# The server kills its workers after ten.
SOON_S = 8.0


@pytest.fixture
async def tenant(settings: Settings, make_tenant: MakeTenant) -> AsyncIterator[Tenant]:
    made = await make_tenant(plugins=("hello",))
    async with others_rest(settings, made.id):
        yield made


async def test_a_server_with_listeners_stops_at_once_and_tells_them_when_to_come_again(
    settings: Settings, tenant: Tenant, tmp_path: Path
) -> None:
    with (tmp_path / "log").open("wb") as log:
        server = LiveServer(msgspec.structs.replace(settings, jobs=1, port=free_port()), log=log)
        server.start()
        async with browser(server, tenant) as client, AsyncExitStack() as open_:
            lines = [
                await open_.enter_async_context(listening(client, "hello.hall/1", viewer=letter * 16))
                for letter in "ab"
            ]
            page = await open_.enter_async_context(client.stream("GET", "/events?topic=hello.greeted"))
            assert page.status_code == 200
            for line in lines:
                await line.of("presence")
            began = time.monotonic()
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            async with asyncio.timeout(SOON_S):
                await asyncio.gather(*(line.ended for line in lines))
                await page.aread()
            await stopping
            took_s = time.monotonic() - began
    assert took_s < SOON_S
    assert all(len(line.retries_ms) == 2 for line in lines), "once when it opened, once when it ended"
    assert "refused to gracefully stop" not in (tmp_path / "log").read_text()


async def test_the_servers_own_handler_is_called_too_and_is_there_again_afterwards() -> None:
    called: list[str] = []
    number = signal.SIGTERM
    before = signal.signal(number, lambda *_: called.append("server"))
    try:
        own = signal.getsignal(number)
        with when_stopping(lambda: called.append("streams")):
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.05)
        assert sorted(called) == ["server", "streams"]
        assert signal.getsignal(number) is own
    finally:
        signal.signal(number, before)
