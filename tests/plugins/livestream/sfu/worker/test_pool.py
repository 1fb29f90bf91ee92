"""Two workers as one engine."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nakamise_livestream.media import (
    AlreadyPublishing,
    EngineAway,
    EngineLost,
    MediaEvent,
    NotLive,
    SessionGone,
    TapEnded,
    TapItem,
    Unpublished,
    ViewerJoined,
    ViewerLeft,
)
from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.pool import EnginePool
from nakamise_livestream.sfu.worker.config import WorkerConfig
from tests.plugins.livestream.sfu.conftest import there
from tests.plugins.livestream.sfu.light import LightViewer
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.sfu.waiting import until


class Two:
    """``events`` is all that the pool told."""

    def __init__(self, folder: Path) -> None:
        self.children: dict[str, WorkerChild] = {}
        self.engines: dict[str, EmbeddedEngine] = {}
        for name in ("a", "b"):
            config = WorkerConfig(control=f"unix:{folder / name}", token=secrets.token_hex(8))
            self.children[name] = WorkerChild(config)
            self.engines[name] = EmbeddedEngine(config.control, config.token)
        self.pool = EnginePool(self.engines, spread_from=1)
        self.events: list[MediaEvent] = []
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        for child in self.children.values():
            child.start()
        self._reading = asyncio.create_task(self._read(self.pool.events()))
        self.pool.start()
        for engine in self.engines.values():
            await there(engine)

    async def stop(self) -> None:
        if self._reading:
            self._reading.cancel()
        await self.pool.stop()
        for child in self.children.values():
            await child.stop()

    def other(self, session: str) -> str:
        return "b" if session.startswith("a.") else "a"

    async def _read(self, source: AsyncIterator[MediaEvent]) -> None:
        async for event in source:
            self.events.append(event)


@pytest.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    two = Two(tmp_path_factory.mktemp("two"))
    await two.start()
    yield two
    await two.stop()


async def test_a_stream_is_relayed_to_where_its_viewer_is(two: Two, stream: str) -> None:
    pool = two.pool
    async with publisher() as sender, viewer() as one, publisher() as second:
        published = await sender.publish(pool, stream)
        played = await one.play(pool, stream)
        assert played.session[:2] != published.session[:2]
        await one.sees(20)
        more = LightViewer()
        await more.play(pool, stream)
        with pytest.raises(AlreadyPublishing):
            await pool.publish(stream, await second.offer())
        stats = await pool.stats(stream)
        assert stats
        assert (stats.publishing, stats.viewers) == (True, 2)
        assert set(await pool.viewers(stream)) == {played.session, more.session}
        await pool.request_keyframe(stream)
        await pool.close(played.session)
        await until(lambda: any(isinstance(event, ViewerLeft) for event in two.events))
        left = next(event for event in two.events if isinstance(event, ViewerLeft))
        assert (left.session, left.viewers) == (played.session, 1)
        await more.close()
        await pool.end(stream, "forced")
    joined = [event for event in two.events if isinstance(event, ViewerJoined)]
    assert [event.viewers for event in joined] == [1, 2]
    assert any(isinstance(event, Unpublished) and event.reason == "forced" for event in two.events)
    with pytest.raises(SessionGone):
        await pool.close("nobody.at-all")


async def test_a_publisher_that_comes_back_is_relayed_on(two: Two, stream: str) -> None:
    async with publisher() as first, publisher() as again, viewer() as one:
        published = await first.publish(two.pool, stream)
        await one.play(two.pool, stream)
        await one.sees(10)
        await two.pool.close(published.session)
        back = await again.publish(two.pool, stream)
        assert back.session[:2] == published.session[:2]
        await one.sees(10)
        await two.pool.end(stream)
        await until(lambda: one.connection.connectionState == "closed")


async def test_a_tap_tells_its_end(two: Two, stream: str) -> None:
    async with publisher() as sender:
        await sender.publish(two.pool, stream)
        items: list[TapItem] = []
        async for item in two.pool.tap(stream):
            if len(items) == 3:
                await two.pool.end(stream, "over")
            items.append(item)
    assert items[-1] == TapEnded(reason="over")


async def test_nothing_to_relay(two: Two, stream: str) -> None:
    with pytest.raises(NotLive):
        await two.pool.play(stream, "v=0")
    with pytest.raises(NotLive):
        await two.engines["a"].follow(stream, two.engines["b"])
    assert (await two.engines["a"].holding(stream)).part == "nothing"


async def test_without_the_origin_its_viewers_are_let_go_and_the_other_takes_over(
    two: Two, stream: str
) -> None:
    async with publisher() as first, publisher() as again, viewer() as one, viewer() as back:
        published = await first.publish(two.pool, stream)
        await one.play(two.pool, stream)
        await one.sees(10)
        process = two.children[published.session[0]].process
        assert process
        process.kill()
        await until(lambda: one.connection.connectionState == "closed")
        assert any(isinstance(event, EngineLost) for event in two.events)
        left = [event for event in two.events if isinstance(event, ViewerLeft) and event.stream == stream]
        assert [event.reason for event in left] == ["lost"]
        other = await again.publish(two.pool, stream)
        assert other.session[0] == two.other(published.session)
        await back.play(two.pool, stream)
        await back.sees(10)
    await there(two.engines[published.session[0]])


async def test_none_at_all(tmp_path: Path, stream: str) -> None:
    pool = EnginePool({"a": EmbeddedEngine(f"unix:{tmp_path / 'none'}", "t")})
    pool.start()
    with pytest.raises(EngineAway):
        await pool.stats(stream)
    await pool.stop()
