"""The worker as a process: killed, stopped, orphaned, asked by strangers."""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from nakamise_livestream.media import EngineAway, EngineBack, EngineLost, MediaEvent, NotLive
from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.worker import messages
from nakamise_livestream.sfu.worker.config import WorkerConfig
from tests.plugins.livestream.sfu.conftest import there
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.sfu.waiting import until


@pytest.fixture
def config(tmp_path: Path) -> WorkerConfig:
    return WorkerConfig(control=f"unix:{tmp_path / 'control'}", token=secrets.token_hex(16))


@pytest.fixture
async def child(config: WorkerConfig) -> AsyncIterator[WorkerChild]:
    child = WorkerChild(config)
    child.start()
    yield child
    await child.stop()


@pytest.fixture
async def engine(child: WorkerChild, config: WorkerConfig) -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(config.control, config.token)
    engine.start()
    await there(engine)
    yield engine
    await engine.stop()


async def test_killed_and_back(child: WorkerChild, engine: EmbeddedEngine, stream: str) -> None:
    told: list[MediaEvent] = []

    async def read() -> None:
        told.extend([event async for event in _until_back(engine)])

    reading = asyncio.create_task(read())
    async with publisher() as before, publisher() as after, viewer() as one:
        await before.publish(engine, stream)
        assert child.process
        child.process.kill()
        await asyncio.wait_for(reading, 20)
        await after.publish(engine, stream)
        await one.play(engine, stream)
        await one.sees(10)
    assert EngineLost() in told
    assert told[-1] == EngineBack(restarted=True)


async def _until_back(engine: EmbeddedEngine) -> AsyncIterator[MediaEvent]:
    async for event in engine.events():
        yield event
        if isinstance(event, EngineBack):
            return


async def test_a_stranger_is_not_heard(engine: EmbeddedEngine, config: WorkerConfig) -> None:
    stranger = EmbeddedEngine(config.control, "guessed")
    stranger.start()
    with pytest.raises(EngineAway):
        await stranger.stats("any")
    await stranger.stop()
    path = config.control.removeprefix("unix:")
    for rubbish in (b"", b"\xff" * 8, b"\0\0\0\1\xc1", messages.frame({"token": 5})):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(rubbish)
        writer.write_eof()
        refused = msgspec.msgpack.decode((await reader.read())[4:], type=messages.Refused)
        assert refused.text == "wrong token"
        writer.close()
    assert await engine.stats("any") is None


async def test_sigterm_ends_it_quietly(tmp_path: Path) -> None:
    place = f"unix:{tmp_path / 'control'}"
    process, _ = await _started(WorkerConfig(control=place, token="t"))
    process.send_signal(signal.SIGTERM)
    _, stderr = await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in stderr
    assert b"ERROR" not in stderr


async def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    process, stdin = await _started(WorkerConfig(control=f"unix:{tmp_path / 'control'}", token="t"))
    stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def _started(config: WorkerConfig) -> tuple[asyncio.subprocess.Process, asyncio.StreamWriter]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "nakamise_livestream.sfu",
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(config) + b"\n")
    path = Path(config.control.removeprefix("unix:"))
    await until(path.exists, within=30)
    return process, process.stdin


async def test_over_tcp() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = WorkerConfig(control=f"tcp:127.0.0.1:{port}", token="t")
    child = WorkerChild(config)
    child.start()
    engine = EmbeddedEngine(config.control, config.token)
    engine.start()
    await there(engine)
    assert await engine.viewers("any") == {}
    await engine.stop()
    await child.stop()


async def test_the_tap_of_nothing(engine: EmbeddedEngine, stream: str) -> None:
    with pytest.raises(NotLive):
        await anext(aiter(engine.tap(stream)))


async def test_a_worker_carries_nothing_of_the_core() -> None:
    """It starts in a fraction of the time, and is small."""
    look = "import sys, nakamise_livestream.sfu.worker.serve; sys.exit('nakamise' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", look)
    assert await process.wait() == 0
