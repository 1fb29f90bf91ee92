"""What a viewer costs: the engine's streams and sockets with all feedback on, against a bare loop of cipher and send."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import statistics
import struct
import time
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.harness import Goal, Result, Samples, Scale, interleave, medians, paired_ratio
from bench.media.engine import KEY_LENGTH, SALT_LENGTH, Engine, open_port, paced
from bench.media.feed import AUDIO, feed
from bench.media.sinks import HOST, Sinks, open_sinks
from bench.world import World
from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.wire.port import UdpPort

VIEWERS = (20, 200, 400)
GOAL = 800
"""Viewers a core at 1.15 Mbit/s, in pure Python."""


class Bare:
    """The floor: a frame's cipher texts and one segmented send per viewer, sound alone, nothing else."""

    def __init__(self, port: UdpPort, ports: Iterable[int]) -> None:
        self._send = port.socket.sendmsg
        self._viewers = [
            (AESGCM(os.urandom(KEY_LENGTH)), int.from_bytes(os.urandom(SALT_LENGTH), "big"), (HOST, number))
            for number in ports
        ]
        self._feed = (due for due in feed() if not due.control)
        self._head = next(self._feed)
        self._frame: list[bytes] = []
        self._number = 0

    async def run(self, seconds: float) -> float:
        used = time.process_time()
        async for at in paced(self._head.at, seconds):
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


async def measure(_world: World, scale: Scale) -> list[Result]:
    results: list[Result] = []
    cpu: dict[int, Samples] = {}
    for count in VIEWERS:
        async with open_sinks(count) as sinks, open_port() as port:
            await _same_answer(port, sinks)
            cpu[count] = await _rounds(port, sinks, scale)
        results += _ratios(count, cpu[count])
    return [*results, _viewers_per_core(cpu)]


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
