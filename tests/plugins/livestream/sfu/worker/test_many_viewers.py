"""Many at once: every packet reaches everybody, once and unbroken."""

from __future__ import annotations

import asyncio

from nakamise_livestream.sfu.client import EmbeddedEngine
from tests.plugins.livestream.sfu.light import LightViewer
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.sfu.waiting import until

MANY = 40


async def test_nobody_misses_a_packet(engine: EmbeddedEngine, stream: str) -> None:
    async with publisher() as sender:
        await sender.publish(engine, stream)
        viewers = [LightViewer() for _ in range(MANY)]
        await asyncio.gather(*(viewer.play(engine, stream) for viewer in viewers))
        await until(lambda: all(viewer.datagrams > 150 for viewer in viewers), within=20)
        stats = await engine.stats(stream)
        assert stats
        assert stats.viewers == MANY
        counted = await engine.viewers(stream)
        assert set(counted) == {viewer.session for viewer in viewers}
        for viewer in viewers:
            assert len(viewer.sequences) == 2
            assert viewer.lost() == 0
            await viewer.close()
        await asyncio.sleep(0.5)
        assert await engine.viewers(stream) == {}
