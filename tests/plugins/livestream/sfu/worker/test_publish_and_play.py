"""A real client publishes, another one sees it."""

from __future__ import annotations

import pytest

from nakamise_livestream.media import AlreadyPublishing, NotLive, SessionGone
from nakamise_livestream.sfu.client import EmbeddedEngine
from tests.plugins.livestream.sfu.rtc import publisher, viewer


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_pictures_and_sound_arrive(engine: EmbeddedEngine, stream: str, codec: str) -> None:
    async with publisher(codec) as sender, viewer() as first, viewer() as second:
        await sender.publish(engine, stream)
        await first.play(engine, stream)
        await first.sees(30)
        await second.play(engine, stream)
        await second.sees(30)
        stats = await engine.stats(stream)
    assert stats is not None
    assert stats.publishing
    assert stats.viewers == 2
    assert stats.ingest is not None
    assert [layer.kind for layer in stats.ingest.layers if layer.kind == "video"] == ["video"]


async def test_a_stream_has_one_publisher_until_it_leaves(engine: EmbeddedEngine, stream: str) -> None:
    async with publisher() as first, publisher() as second:
        answer = await first.publish(engine, stream)
        with pytest.raises(AlreadyPublishing):
            await engine.publish(stream, await second.offer())
        await engine.close(answer.session)
        await second.publish(engine, stream)


async def test_nothing_to_play(engine: EmbeddedEngine, stream: str) -> None:
    async with viewer() as one:
        with pytest.raises(NotLive):
            await one.play(engine, stream)
    with pytest.raises(SessionGone):
        await engine.close("nobody")
