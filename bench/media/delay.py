"""How long a packet stays in the engine: from being given to the stream to leaving for each of 400 viewers.

On a machine that others use as well, the clock on the wall also counts their turns; so the CPU time that passes in
between is measured along with it.
"""

from __future__ import annotations

import gc
import statistics
import time

from bench.harness import Goal, Result, Samples, Scale, medians
from bench.media.engine import Engine, open_port, srtp
from bench.media.sinks import open_sinks
from bench.world import World
from nakamise_livestream.sfu.wire.outlet import PeerOutlet
from nakamise_livestream.sfu.wire.peer import Peer
from nakamise_livestream.sfu.wire.port import UdpPort

VIEWERS = 400
GOAL_MS = 10


class Watched(Engine):
    """Notes for every send how long ago the packet came that caused it, and the CPU time since: in seconds."""

    def __init__(self, port: UdpPort, ports: list[int]) -> None:
        self.delays: list[float] = []
        self.worked: list[float] = []
        super().__init__(port, ports)

    def outlet(self, port: UdpPort, peer: Peer, *, segmentation: bool) -> PeerOutlet:
        return Noting(self, port, peer, segmentation=segmentation)


class Noting(PeerOutlet):
    def __init__(self, engine: Watched, port: UdpPort, peer: Peer, *, segmentation: bool) -> None:
        super().__init__(port, peer, srtp(), segmentation=segmentation)
        self._engine = engine

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        super().send_many(datagrams, segment)
        self._engine.delays.append(time.monotonic() - self._engine.arrived)
        self._engine.worked.append(time.thread_time() - self._engine.began)


async def measure(_world: World, scale: Scale) -> list[Result]:
    samples: Samples = {"p99": [], "median": [], "longest": []}
    worked: Samples = {"p99": [], "median": [], "longest": []}
    async with open_sinks(VIEWERS) as sinks, open_port() as port:
        engine = Watched(port, sinks.ports)
        await engine.run(1)
        # As a worker does at its start.
        gc.collect()
        gc.freeze()
        for _ in range(scale.rounds):
            engine.delays.clear()
            engine.worked.clear()
            await engine.run(max(2.0, scale.seconds))
            _note(samples, engine.delays)
            _note(worked, engine.worked)
        gc.unfreeze()
    return [_result("media_delay_p99_ms", samples), _result("media_delay_cpu_p99_ms", worked)]


def _note(samples: Samples, seconds: list[float]) -> None:
    samples["p99"].append(statistics.quantiles(seconds, n=100)[98] * 1000)
    samples["median"].append(statistics.median(seconds) * 1000)
    samples["longest"].append(max(seconds) * 1000)


def _result(name: str, samples: Samples) -> Result:
    """The longest one is that of a keyframe's last viewer."""
    return Result(
        name=name,
        value=statistics.median(samples["p99"]),
        unit="ms",
        goal=Goal(at_most=GOAL_MS),
        note=medians(samples, "ms", 1),
        samples=samples,
    )
