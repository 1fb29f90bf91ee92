"""What a viewer costs: the engine's streams and sockets with all feedback on, against a bare loop of cipher and send."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import statistics
import struct
import time
from collections.abc import AsyncIterator, Iterable

import pylibsrtp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.harness import Goal, Result, Samples, Scale, interleave, medians, paired_ratio
from bench.media.feed import AUDIO, VIDEO, WANTED, feed
from bench.media.sinks import HOST, Sinks, open_sinks
from bench.world import World
from nakamise_livestream.sfu.rtp import header, rtcp, rtcp_build
from nakamise_livestream.sfu.streams.stream import Stream
from nakamise_livestream.sfu.streams.viewer import Viewer
from nakamise_livestream.sfu.wire.dtls import Certificate
from nakamise_livestream.sfu.wire.outlet import PeerOutlet
from nakamise_livestream.sfu.wire.peer import Peer, Security
from nakamise_livestream.sfu.wire.port import UdpPort
from nakamise_livestream.sfu.wire.srtp import Srtp

VIEWERS = (20, 200, 400)
GOAL = 800
"""Viewers a core at 1.15 Mbit/s, in pure Python."""
_TICK = 0.01
_KEY, _SALT = 16, 12


async def _paced(start: float, seconds: float) -> AsyncIterator[float]:
    """Times of the feed, as they come due, up to ``start + seconds``."""
    began = time.monotonic()
    at = start
    while at < start + seconds:
        await asyncio.sleep(_TICK)
        at = min(start + seconds, start + time.monotonic() - began)
        yield at


class Bare:
    """The floor: a frame's cipher texts and one segmented send per viewer, sound alone, nothing else."""

    def __init__(self, port: UdpPort, ports: Iterable[int]) -> None:
        self._send = port.socket.sendmsg
        self._viewers = [
            (AESGCM(os.urandom(_KEY)), int.from_bytes(os.urandom(_SALT), "big"), (HOST, number))
            for number in ports
        ]
        self._feed = (due for due in feed() if not due.control)
        self._head = next(self._feed)
        self._frame: list[bytes] = []
        self._number = 0

    async def run(self, seconds: float) -> float:
        used = time.process_time()
        async for at in _paced(self._head.at, seconds):
            while self._head.at <= at:
                self._take(self._head.packet)
                self._head = next(self._feed)
        return (time.process_time() - used) / seconds

    def _take(self, packet: bytes) -> None:
        sound = packet[1] & header.PAYLOAD_TYPE == AUDIO.pt
        if sound:
            self._out([packet])
            return
        self._frame.append(packet)
        if packet[1] & header.MARKER:
            self._out(self._frame)
            self._frame = []

    def _out(self, packets: list[bytes]) -> None:
        size = max(len(packet) for packet in packets)
        plain = [(packet[12:].ljust(size - 12, b"\0"), packet[:12]) for packet in packets]
        control = ((17, 103, struct.pack("=H", size + 16)),) if len(packets) > 1 else ()
        first = self._number
        self._number += len(packets)
        for aead, salt, address in self._viewers:
            parts: list[bytes] = []
            for number, (payload, head) in enumerate(plain, first):
                parts += (head, aead.encrypt((salt ^ number).to_bytes(12, "big"), payload, head))
            with contextlib.suppress(BlockingIOError):
                self._send(parts, control, 0, address)


class Nobody:
    """A session without a client's own wishes."""

    def ready(self, srtp: Srtp, now: float) -> None: ...

    def rtp(self, packet: bytes, now: float) -> None: ...

    def rtcp(self, packet: bytes, now: float) -> None: ...

    def lost(self, reason: str) -> None: ...


class Silence:
    """An upstream to nobody."""

    def send_rtcp(self, compound: bytes) -> None: ...


def _srtp() -> Srtp:
    key, salt = os.urandom(_KEY), os.urandom(_SALT)
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
    """The first ``count`` sinks are viewers of one stream; each reports once a second."""

    def __init__(self, port: UdpPort, ports: Iterable[int], *, segmentation: bool) -> None:
        self.stream = Stream(epoch=time.time() - time.monotonic())
        now = time.monotonic()
        self.ingest = self.stream.publish((VIDEO, AUDIO), Silence(), now)
        certificate = Certificate.generate()
        self.viewers: list[Viewer] = []
        for number in ports:
            peer = Peer(port, certificate, Security(fingerprints=(), our_role="server"), Nobody())
            peer.address = (HOST, number)
            outlet = PeerOutlet(port, peer, _srtp(), segmentation=segmentation)
            self.viewers.append(self.stream.play(WANTED, outlet, now))
        self._feed = feed()
        self._head = next(self._feed)
        self._offset: float | None = None
        self._turn = 0
        blocks = tuple(
            rtcp.ReportBlock(self.stream.ssrc(kind), 0, 0, 1, 1, 0, 0) for kind in ("video", "audio")
        )
        self._report = rtcp_build.receiver_report(rtcp.ReceiverReport(1, blocks))

    async def run(self, seconds: float) -> float:
        """CPU seconds of this process per second of media."""
        used = time.process_time()
        async for at in _paced(self._head.at, seconds):
            now = time.monotonic()
            self._feed_until(at, now)
            self.stream.tick(now)
            self._reports(now)
        return (time.process_time() - used) / seconds

    def _feed_until(self, at: float, now: float) -> None:
        while self._head.at <= at:
            take = self.ingest.rtcp if self._head.control else self.ingest.rtp
            take(self._head.packet, now)
            self._head = next(self._feed)

    def _reports(self, now: float) -> None:
        """Each tick a hundredth of the viewers."""
        share = max(1, len(self.viewers) // 100)
        for _ in range(share):
            self.viewers[self._turn % len(self.viewers)].rtcp(self._report, now)
            self._turn += 1


async def measure(_world: World, scale: Scale) -> list[Result]:
    results: list[Result] = []
    cpu: dict[int, Samples] = {}
    for count in VIEWERS:
        async with open_sinks(count) as sinks, _port() as port:
            await _same_answer(port, sinks)
            cpu[count] = await _rounds(port, sinks, scale)
        results += _ratios(count, cpu[count])
    return [*results, _viewers_per_core(cpu)]


@contextlib.asynccontextmanager
async def _port() -> AsyncIterator[UdpPort]:
    port = UdpPort(HOST, 0)
    try:
        yield port
    finally:
        port.close()


async def _same_answer(port: UdpPort, sinks: Sinks) -> None:
    """What the engine counts as sent is what the sinks have read."""
    engine = Engine(port, sinks.ports, segmentation=True)
    before = await sinks.count()
    await engine.run(0.5)
    await asyncio.sleep(0.1)
    got = await sinks.count() - before
    sent = engine.stream.stats(time.monotonic()).packets_out
    if got < sent:
        raise RuntimeError(f"{sent} packets went out, {got} came")


async def _rounds(port: UdpPort, sinks: Sinks, scale: Scale) -> Samples:
    sides = {
        "engine": Engine(port, sinks.ports, segmentation=True).run,
        "engine, no GSO": Engine(port, sinks.ports, segmentation=False).run,
        "bare": Bare(port, sinks.ports).run,
    }
    for run in sides.values():
        await run(0.1)
    samples = await interleave(
        scale.rounds, {name: functools.partial(run, scale.seconds) for name, run in sides.items()}
    )
    return {name: [100 * share / len(sinks.ports) for share in rounds] for name, rounds in samples.items()}


def _ratios(count: int, samples: Samples) -> list[Result]:
    note = f"CPU per viewer: {medians(samples, '%', 3)}"
    return [
        Result(
            name=f"media_{count}_viewers_over_bare",
            value=paired_ratio(samples["engine"], samples["bare"]),
            unit="x",
            note=note,
            samples=samples,
        ),
        Result(
            name=f"media_{count}_viewers_without_gso",
            value=paired_ratio(samples["engine, no GSO"], samples["engine"]),
            unit="x",
        ),
    ]


def _viewers_per_core(cpu: dict[int, Samples]) -> Result:
    """By the whole process at the largest number of viewers, ingest and all."""
    largest = cpu[max(cpu)]
    each = {name: [100 / share for share in rounds] for name, rounds in largest.items()}
    return Result(
        name="media_viewers_per_core",
        value=statistics.median(each["engine"]),
        unit="viewers",
        goal=Goal(at_least=GOAL),
        note=medians(each),
        samples=each,
    )
