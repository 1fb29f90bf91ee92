"""Viewers who come and go, in a process of their own: ICE, DTLS, the first packet of media, and away.

``python -m bench.media.joiners`` reads one JSON on its standard input (:class:`Storm`) and prints one
(:class:`Outcome`).
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Final

import msgspec

from nakamise_livestream.media import EngineAway
from nakamise_livestream.sfu.client import EmbeddedEngine
from tests.plugins.livestream.sfu.light import LightViewer

_MEDIA_WITHIN_S: Final = 10.0
_NICE: Final = 19


class Storm(msgspec.Struct, frozen=True):
    """``rate`` joins a second for ``seconds``, through the worker at ``place``."""

    place: str
    token: str
    stream: str
    rate: int
    seconds: float


class Outcome(msgspec.Struct, frozen=True):
    """``took`` are the milliseconds from a join's due time to its first packet of media; ``failed`` never got one.

    ``elapsed`` and ``cpu``, of this process, are in seconds.
    """

    took: list[float]
    failed: int
    elapsed: float
    cpu: float


async def storm(wanted: Storm) -> Outcome:
    engine = EmbeddedEngine(wanted.place, wanted.token)
    engine.start()
    await _there(engine)
    began = time.monotonic()
    joins: list[asyncio.Task[float]] = []
    for number in range(int(wanted.rate * wanted.seconds)):
        due = began + number / wanted.rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        joins.append(asyncio.create_task(_join(engine, wanted.stream, due)))
    found = await asyncio.gather(*joins, return_exceptions=True)
    elapsed = time.monotonic() - began
    await engine.stop()
    took = [one for one in found if isinstance(one, float)]
    return Outcome(took, len(found) - len(took), elapsed, time.process_time())


async def _there(engine: EmbeddedEngine) -> None:
    while True:
        try:
            await engine.stats("nothing")
        except EngineAway:
            await asyncio.sleep(0.05)
        else:
            return


async def _join(engine: EmbeddedEngine, stream: str, due: float) -> float:
    viewer = LightViewer()
    try:
        await viewer.play(engine, stream)
        async with asyncio.timeout(_MEDIA_WITHIN_S):
            while not viewer.datagrams:  # noqa: ASYNC110 - a light viewer tells nobody
                await asyncio.sleep(0.005)
        return (time.monotonic() - due) * 1000
    finally:
        await viewer.close()


def main() -> None:
    # Viewers are elsewhere: what they need must not be taken from the server that is measured.
    os.nice(_NICE)
    wanted = msgspec.json.decode(sys.stdin.buffer.readline(), type=Storm)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(storm(wanted))) + b"\n")


if __name__ == "__main__":
    main()
