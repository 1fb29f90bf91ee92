"""kill -9 of media workers and of the web process that keeps one, while pictures flow. Times go into the report."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.testing.fixtures import ClientFor
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise.testing.server import free_port
from nakamise_livestream.sfu.keeper import listener
from nakamise_livestream.whip.companion import MediaHost
from tests.plugins.livestream.failures.watchers import have_seen, watching
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import Publisher, publisher
from tests.plugins.livestream.stage import Stage, id_of, on_air, read
from tests.plugins.livestream.whip.rtc import post, send, take
from tests.plugins.livestream.whip.test_publish_and_watch import WHIP, new_key, whep, whip
from tests.plugins.livestream.whip.waiting import until

PUBLISHING = "SELECT publishing FROM livestream_broadcast WHERE id = $1"


@asynccontextmanager
async def back_again(client: httpx.AsyncClient, url: str) -> AsyncIterator[Publisher]:
    """A publisher that asks until it is let in."""
    async with publisher("H264", EncodedTrack()) as one:
        offer = await one.offer()
        while (answer := await post(client, url, offer)).status_code != 201:
            assert answer.status_code in (409, 503), answer.text
            await asyncio.sleep(0.25)
        await take(one.connection, answer)
        yield one


@pytest.mark.req("LC-2.2.2")
async def test_the_only_worker(
    settings: Settings,
    stage: Stage,
    presenter: Person,
    client: ClientFor,
    record_property: Callable[[str, object], None],
) -> None:
    """It is started anew; the broadcast goes on, and its viewers come back."""
    broadcast = await on_air(presenter)
    socket = str(settings.data_dir / "media.sock")
    async with asyncio.timeout(15):
        while (killed := listener(socket)) is None:  # noqa: ASYNC110 - another process begins
            await asyncio.sleep(0.05)
    async with publisher("H264", EncodedTrack()) as sender:
        await send(presenter.client, whip(broadcast), sender)
        async with watching(client(stage.tenant), whep(broadcast), 3) as watchers:
            os.kill(killed, signal.SIGKILL)
            began = time.monotonic()
            async with back_again(presenter.client, whip(broadcast)):
                await have_seen(watchers, 2)
                record_property("back_after_s", time.monotonic() - began)
                assert listener(socket) not in (killed, None)
                assert (await read(presenter, broadcast))["state"] == "live"


async def test_the_web_process_that_keeps_it(
    settings: Settings, stage: Stage, presenter: Person, client: ClientFor, runtime: Runtime
) -> None:
    """Another one takes the worker over, and nobody's picture stops; its server starts it again."""
    broadcast = await on_air(presenter)
    key = await new_key(presenter, broadcast)
    socket = str(settings.data_dir / "media.sock")

    async def is_publishing() -> bool:
        return bool(await stage.value(PUBLISHING, id_of(broadcast)))

    async def is_gone() -> bool:
        return not await is_publishing()

    # This process keeps none any more, and stands by.
    await runtime.companions.close()
    server = LiveServer(msgspec.structs.replace(settings, jobs=0, port=free_port()))
    await asyncio.to_thread(server.start)
    try:
        async with (
            _reaching(server, stage.tenant) as remote,
            publisher("H264", EncodedTrack()) as sender,
        ):
            sent = await send(remote, WHIP, sender, key)
            await until(is_publishing)
            worker = listener(socket)
            media = await runtime.companions.get(runtime, MediaHost)
            guest = client(stage.tenant)
            async with watching(guest, whep(broadcast), 2) as watchers:
                assert not media.is_keeper
                os.kill(_web_process(server), signal.SIGKILL)
                # Who takes over may be a server of other tests: any process of the installation.
                seen = [one.viewer.datagrams for one in watchers]

                async def see_more() -> bool:
                    return all(
                        one.viewer.datagrams > number + 30 for one, number in zip(watchers, seen, strict=True)
                    )

                await until(see_more)
                assert [one.sessions for one in watchers] == [1, 1]
                assert listener(socket) == worker
                # It follows what happens.
                assert (await guest.delete(sent.headers["location"])).status_code == 200
                await until(is_gone)

            async def answers() -> bool:
                try:
                    return (await remote.get("/healthz")).is_success
                except httpx.TransportError:
                    return False

            await until(answers, within=60.0)
    finally:
        await asyncio.to_thread(server.stop)


def _reaching(server: LiveServer, tenant: Tenant) -> httpx.AsyncClient:
    host = f"{tenant.canonical_host}:{server.settings.port}"
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{server.settings.port}", headers={"Host": host}, timeout=20
    )


def _web_process(server: LiveServer) -> int:
    """The one below the server's supervising process."""
    (child,) = children(server.pid)
    return child


def children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
