"""`nakamise media` in processes of its own: streams are relayed once, and a worker that is killed is survived."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import msgspec
import pytest

from nakamise.plugin import InstallationConfig, MediaSettings
from nakamise.settings import Settings
from nakamise.testing.fakes import FakingHost
from nakamise.testing.server import free_port
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.pool import EnginePool
from nakamise_livestream.whip.engines import token_of
from nakamise_livestream.whip.status_command import Finding
from tests.plugins.livestream.engines.installed import installed
from tests.plugins.livestream.failures.test_killed import PUBLISHING, back_again, children
from tests.plugins.livestream.failures.watchers import have_seen, watching
from tests.plugins.livestream.sfu.conftest import there
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.light import LightViewer
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.sfu.waiting import until
from tests.plugins.livestream.stage import id_of, on_air, read
from tests.plugins.livestream.whip.rtc import send
from tests.plugins.livestream.whip.test_publish_and_watch import whep, whip

Note = Callable[[str, object], None]
COMMAND = (sys.executable, "-c", "from nakamise.cli import main; main()", "media", "--workers", "2")


@dataclass
class Workers:
    """``engines`` by the place of each, as NAKAMISE_MEDIA_WORKERS has it."""

    process: Popen[bytes]
    engines: dict[str, EmbeddedEngine]

    async def origin(self) -> str:
        """Of the only publisher, among those that can be reached."""
        there = [(place, one) for place, one in self.engines.items() if one.connected]
        (found,) = [place for place, one in there if await one.published()]
        return found

    def pid(self, place: str) -> int:
        inode = _listening(int(place.rpartition(":")[2]))
        (found,) = [pid for pid in children(self.process.pid) if inode in _sockets(pid)]
        return found


def _listening(port: int) -> str:
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return next(line[9] for line in lines if line[1] == f"0100007F:{port:04X}" and line[3] == "0A")


def _sockets(pid: int) -> set[str]:
    links = [file.readlink().name for file in Path(f"/proc/{pid}/fd").iterdir()]
    return {link[8:-1] for link in links if link.startswith("socket:[")}


@pytest.fixture(scope="module")
async def workers(settings: Settings) -> AsyncIterator[Workers]:
    port = min(free_port(), 60_000)
    environment = os.environ | {"NAKAMISE_SECRET_KEY": settings.secret_key.decode()}
    token = token_of(InstallationConfig(settings))
    places = (f"127.0.0.1:{port}", f"127.0.0.1:{port + 1}")
    engines = {place: EmbeddedEngine(f"tcp:{place}", token) for place in places}
    with Popen([*COMMAND, "--listen", places[0]], env=environment) as process:
        try:
            for engine in engines.values():
                engine.start()
                await there(engine)
            yield Workers(process, engines)
        finally:
            for engine in engines.values():
                await engine.stop()
            process.terminate()


async def test_a_stream_is_relayed_once(workers: Workers) -> None:
    """However many watch at the other worker."""
    stream = "relayed"
    pool = EnginePool({str(n): one for n, one in enumerate(workers.engines.values())}, spread_from=1)
    async with publisher("H264", EncodedTrack()) as sender, AsyncExitStack() as stack:
        await sender.publish(pool, stream)
        place = await workers.origin()
        (other,) = workers.engines.keys() - {place}
        viewers = [LightViewer() for _ in range(4)]
        await workers.engines[other].follow(stream, workers.engines[place])
        for one in viewers:
            stack.push_async_callback(one.close)
            await one.play(workers.engines[other], stream)
        await until(lambda: all(one.datagrams > 30 for one in viewers), within=10)
        relay = await workers.engines[other].stats(stream)
        assert relay
        assert relay.viewers == 4
        (at_origin,) = await workers.engines[place].health()
        assert at_origin.health
        assert at_origin.health.taps == 1
        await pool.end(stream)


async def test_operators_are_told(workers: Workers, settings: Settings) -> None:
    """A place where nobody answers fails the whole."""
    environment = os.environ | {"NAKAMISE_SECRET_KEY": settings.secret_key.decode()}
    command = (*COMMAND[:3], "media-status", "--json")

    async def told(places: Iterable[str]) -> tuple[int, list[Finding]]:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment | {"NAKAMISE_MEDIA_WORKERS": ",".join(places)},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, msgspec.json.decode(said, type=list[Finding])

    code, findings = await told(workers.engines)
    assert code == 0
    assert [one.place for one in findings] == list(workers.engines)
    assert all(one.health and one.health.max_sessions == 3_000 for one in findings)
    code, findings = await told([*workers.engines, "127.0.0.1:1"])
    assert code == 1
    assert [one.level for one in findings][-1] == "fail"


@pytest.mark.req("LC-2.2.2")
async def test_one_of_two_is_killed(
    workers: Workers, settings: Settings, host: FakingHost, record_property: Note
) -> None:
    """Publisher and viewers come back on the other one, and the one that was killed is started again."""
    media = MediaSettings(workers=tuple(workers.engines))
    async with installed(settings, host, media) as stage:
        presenter = await stage.host()
        broadcast = await on_air(presenter)
        async with publisher("H264", EncodedTrack()) as sender:
            await send(presenter.client, whip(broadcast), sender)
            async with watching(stage.client_for(stage.tenant), whep(broadcast), 3) as watchers:
                killed = await workers.origin()
                pid = workers.pid(killed)
                os.kill(pid, signal.SIGKILL)
                began = time.monotonic()
                async with back_again(presenter.client, whip(broadcast)):
                    await have_seen(watchers, 2)
                    record_property("back_after_s", time.monotonic() - began)
                    assert await workers.origin() != killed
                    assert await stage.value(PUBLISHING, id_of(broadcast))
                    assert (await read(presenter, broadcast))["state"] == "live"
        await there(workers.engines[killed])
        assert workers.pid(killed) != pid
