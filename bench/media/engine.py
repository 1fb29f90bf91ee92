"""The engine as a worker runs it, but for DTLS: a stream, its outlets, peers and port, and viewers that report."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterable

import pylibsrtp

from bench.harness import Scale
from bench.media.feed import AUDIO, VIDEO, WANTED, feed, packets_per_second
from bench.media.sinks import HOST, open_sinks
from nakamise_livestream.sfu.rtp import rtcp, rtcp_build
from nakamise_livestream.sfu.streams.stream import Stream
from nakamise_livestream.sfu.streams.viewer import Viewer
from nakamise_livestream.sfu.wire.dtls import Certificate
from nakamise_livestream.sfu.wire.outlet import PeerOutlet
from nakamise_livestream.sfu.wire.peer import Peer, Security
from nakamise_livestream.sfu.wire.port import UdpPort
from nakamise_livestream.sfu.wire.srtp import Srtp

KEY_LENGTH, SALT_LENGTH = 16, 12
_TICK = 0.01


async def paced(start: float, seconds: float) -> AsyncIterator[float]:
    """Times of the feed, as they come due, up to ``start + seconds``."""
    began = time.monotonic()
    at = start
    while at < start + seconds:
        await asyncio.sleep(_TICK)
        at = min(start + seconds, start + time.monotonic() - began)
        yield at


@contextlib.asynccontextmanager
async def open_port() -> AsyncIterator[UdpPort]:
    port = UdpPort(HOST, 0)
    try:
        yield port
    finally:
        port.close()


class Nobody:
    """A session without a client's own wishes."""

    def ready(self, srtp: Srtp, now: float) -> None: ...

    def rtp(self, packet: bytes, now: float) -> None: ...

    def rtcp(self, packet: bytes, now: float) -> None: ...

    def lost(self, reason: str) -> None: ...


class Silence:
    """An upstream to nobody."""

    def send_rtcp(self, compound: bytes) -> None: ...


def srtp() -> Srtp:
    key, salt = os.urandom(KEY_LENGTH), os.urandom(SALT_LENGTH)
    sessions = [
        pylibsrtp.Session(
            pylibsrtp.Policy(
                key=key + salt,
                ssrc_type=direction,
                srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
            )
        )
        for direction in (pylibsrtp.Policy.SSRC_ANY_INBOUND, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    ]
    return Srtp(sessions[0], sessions[1], (key, salt))


class Engine:
    """Each sink is a viewer of one stream and reports once a second.

    ``arrived`` is when the last packet was given to it, ``began`` the thread's CPU time then.
    """

    def __init__(self, port: UdpPort, ports: Iterable[int], *, segmentation: bool = True) -> None:
        self.stream = Stream(epoch=time.time() - time.monotonic())
        now = time.monotonic()
        self.ingest = self.stream.publish((VIDEO, AUDIO), Silence(), now)
        certificate = Certificate.generate()
        self.viewers: list[Viewer] = []
        for number in ports:
            peer = Peer(port, certificate, Security(fingerprints=(), our_role="server"), Nobody())
            peer.address = (HOST, number)
            outlet = self.outlet(port, peer, segmentation=segmentation)
            self.viewers.append(self.stream.play(WANTED, outlet, now))
        self._feed = feed()
        self._head = next(self._feed)
        self._turn = 0
        self.arrived, self.began = now, time.thread_time()
        blocks = tuple(
            rtcp.ReportBlock(self.stream.ssrc(kind), 0, 0, 1, 1, 0, 0) for kind in ("video", "audio")
        )
        self._report = rtcp_build.receiver_report(rtcp.ReceiverReport(1, blocks))

    def outlet(self, port: UdpPort, peer: Peer, *, segmentation: bool) -> PeerOutlet:
        return PeerOutlet(port, peer, srtp(), segmentation=segmentation)

    async def run(self, seconds: float) -> float:
        """CPU seconds of this process per second of media."""
        used = time.process_time()
        async for at in paced(self._head.at, seconds):
            now = time.monotonic()
            self._feed_until(at, now)
            self.stream.tick(now)
            self._reports(now)
        return (time.process_time() - used) / seconds

    def _feed_until(self, at: float, now: float) -> None:
        while self._head.at <= at:
            self.arrived, self.began = time.monotonic(), time.thread_time()
            take = self.ingest.rtcp if self._head.control else self.ingest.rtp
            take(self._head.packet, now)
            self._head = next(self._feed)

    def _reports(self, now: float) -> None:
        """Each tick a hundredth of the viewers."""
        share = max(1, len(self.viewers) // 100)
        for _ in range(share):
            self.viewers[self._turn % len(self.viewers)].rtcp(self._report, now)
            self._turn += 1


async def shares(viewers: int, scale: Scale) -> list[float]:
    """CPU per viewer in % of a core, of packets that arrived: what is not delivered makes nobody cheap."""
    found = []
    async with open_sinks(viewers) as sinks, open_port() as port:
        engine = Engine(port, sinks.ports)
        await engine.run(0.5)
        for _ in range(scale.rounds):
            before, used = await sinks.count(), time.process_time()
            await engine.run(2 * scale.seconds)
            used = time.process_time() - used
            found.append(100 * used / (await sinks.count() - before) * packets_per_second())
    return found
