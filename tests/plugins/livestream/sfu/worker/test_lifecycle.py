"""How sessions end and come back, and what is told about it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nakamise_livestream.media import (
    AlreadyPublishing,
    EngineBusy,
    MediaEvent,
    NotLive,
    Published,
    Resumed,
    SessionGone,
    Stalled,
    Unpublished,
    ViewerJoined,
    ViewerLeft,
)
from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.worker.config import WorkerConfig
from tests.plugins.livestream.sfu.conftest import there
from tests.plugins.livestream.sfu.rtc import Publisher, Viewer, publisher, viewer
from tests.plugins.livestream.sfu.waiting import until


@pytest.fixture(scope="module")
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkerConfig]:
    """A worker that soon takes a peer for gone."""
    place: Path = tmp_path_factory.mktemp("hasty") / "control"
    config = WorkerConfig(
        control=f"unix:{place}",
        token=secrets.token_hex(16),
        silence_timeout=4.0,
        stall_after=0.5,
        connect_timeout=2.0,
        max_sessions=3,
    )
    child = WorkerChild(config)
    child.start()
    yield config
    await child.stop()


@pytest.fixture
async def engine(hasty: WorkerConfig) -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(hasty.control, hasty.token)
    engine.start()
    await there(engine)
    yield engine
    await engine.stop()


class Log:
    """The events of one stream."""

    def __init__(self, engine: EmbeddedEngine, stream: str) -> None:
        self.events: list[MediaEvent] = []
        self._source = engine.events()
        self._stream = stream
        self._task = asyncio.create_task(self._read())

    def of(self, kind: type[MediaEvent]) -> list[MediaEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    async def _read(self) -> None:
        async for event in self._source:
            if getattr(event, "stream", None) == self._stream:
                self.events.append(event)

    def close(self) -> None:
        self._task.cancel()


@pytest.fixture
async def log(engine: EmbeddedEngine, stream: str) -> AsyncIterator[Log]:
    log = Log(engine, stream)
    yield log
    log.close()


def _unplug(client: Publisher | Viewer) -> None:
    """Its network is gone: it says nothing more."""
    for transceiver in client.connection.getTransceivers():
        ice = transceiver.sender.transport.transport
        for protocol in ice.iceGatherer._connection._protocols:
            protocol.transport.close()


async def test_events_from_first_to_last(engine: EmbeddedEngine, stream: str, log: Log) -> None:
    async with publisher() as sender, viewer() as one:
        published = await sender.publish(engine, stream)
        played = await one.play(engine, stream)
        await one.sees(5)
        await engine.close(played.session)
        await engine.close(published.session)
    await until(lambda: log.of(Unpublished))
    first, joined, left, last = [event for event in log.events if not isinstance(event, Stalled | Resumed)]
    assert isinstance(first, Published)
    assert {track.codec for track in first.tracks} == {"opus", "VP8"}
    assert joined == ViewerJoined(stream=stream, session=played.session, viewers=1)
    assert isinstance(left, ViewerLeft)
    assert (left.session, left.viewers, left.reason) == (played.session, 0, "left")
    assert left.seconds > 0
    assert left.bytes > 0
    assert last == Unpublished(stream=stream, session=published.session, reason="left")
    with pytest.raises(SessionGone):
        await engine.close(played.session)


async def test_a_peer_that_closes_dtls_has_left(engine: EmbeddedEngine, stream: str, log: Log) -> None:
    async with publisher() as sender:
        await sender.publish(engine, stream)
    await until(lambda: log.of(Unpublished))
    (event,) = log.of(Unpublished)
    assert isinstance(event, Unpublished)
    assert event.reason == "left"


async def test_who_vanishes_is_stalled_then_replaced_and_viewers_stay(
    engine: EmbeddedEngine, stream: str, log: Log
) -> None:
    async with publisher() as lost, publisher() as back, viewer() as one:
        first = await lost.publish(engine, stream)
        await one.play(engine, stream)
        await one.sees(10)
        _unplug(lost)
        await until(lambda: log.of(Stalled))
        await back.publish(engine, stream)
        (event,) = log.of(Unpublished)
        assert event == Unpublished(stream=stream, session=first.session, reason="replaced")
        await one.sees(10)
        assert not log.of(ViewerLeft)


async def test_who_vanishes_for_good_is_let_go(engine: EmbeddedEngine, stream: str, log: Log) -> None:
    async with publisher() as lost:
        await lost.publish(engine, stream)
        _unplug(lost)
        await until(lambda: log.of(Unpublished), within=12)
    (event,) = log.of(Unpublished)
    assert isinstance(event, Unpublished)
    assert event.reason == "silent"


async def test_a_viewer_that_vanishes_is_let_go(engine: EmbeddedEngine, stream: str, log: Log) -> None:
    async with publisher() as sender, viewer() as lost, viewer() as other:
        await sender.publish(engine, stream)
        gone = await lost.play(engine, stream)
        await other.play(engine, stream)
        _unplug(lost)
        await until(lambda: log.of(ViewerLeft), within=12)
        (event,) = log.of(ViewerLeft)
        assert isinstance(event, ViewerLeft)
        assert (event.session, event.viewers, event.reason) == (gone.session, 1, "silent")
        await other.sees(5)


async def test_packets_that_come_again(engine: EmbeddedEngine, stream: str, log: Log) -> None:
    async with publisher() as sender:
        await sender.publish(engine, stream)
        senders = [transceiver.sender for transceiver in sender.connection.getTransceivers()]
        tracks = [one.track for one in senders]
        for one in senders:
            one.replaceTrack(None)
        await until(lambda: log.of(Stalled))
        for one, track in zip(senders, tracks, strict=True):
            one.replaceTrack(track)
        await until(lambda: log.of(Resumed))
        assert not log.of(Unpublished)


async def test_an_ended_stream_is_forgotten(engine: EmbeddedEngine, stream: str, log: Log) -> None:
    async with publisher() as sender, viewer() as one, viewer() as late:
        await sender.publish(engine, stream)
        await one.play(engine, stream)
        await engine.end(stream, "forced")
        await until(lambda: sender.connection.connectionState == "closed")
        await until(lambda: one.connection.connectionState == "closed")
        assert await engine.stats(stream) is None
        with pytest.raises(NotLive):
            await engine.play(stream, await late.offer())
    reasons = [getattr(event, "reason", None) for event in log.events]
    assert reasons.count("forced") == 2


async def test_another_codec_sends_viewers_back_to_the_door(
    engine: EmbeddedEngine, stream: str, log: Log
) -> None:
    async with publisher("VP8") as first, publisher("H264") as second, viewer() as one:
        answer = await first.publish(engine, stream)
        await one.play(engine, stream)
        await engine.close(answer.session)
        await second.publish(engine, stream)
        await until(lambda: log.of(ViewerLeft))
        (event,) = log.of(ViewerLeft)
        assert isinstance(event, ViewerLeft)
        assert event.reason == "changed"
        async with viewer() as again:
            await again.play(engine, stream)
            await again.sees(5)


async def test_full_and_never_connected(engine: EmbeddedEngine, stream: str) -> None:
    async with publisher() as sender:
        offer = await sender.offer()
        for number in range(3):
            await engine.publish(f"{stream}-{number}", offer)
        with pytest.raises(AlreadyPublishing):
            await engine.publish(f"{stream}-0", offer)
        with pytest.raises(EngineBusy):
            await engine.publish(stream, offer)
        await asyncio.sleep(2.8)
        await engine.publish(stream, offer)
        await engine.end(stream)
