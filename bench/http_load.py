"""Callers over real sockets: each keeps one connection and asks again as soon as it is answered."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator, Sequence

from bench.traffic import CALLERS, BadAnswer

_LENGTH = b"content-length: "


async def rate(port: int, hosts: Sequence[str], path: str, seconds: float, callers: int = CALLERS) -> float:
    """Requests per second to ``hosts`` in turn. Raises BadAnswer for anything but 200 with a length."""
    asks = [_request(port, host, path) for host in hosts]
    requests = itertools.cycle(asks)
    began = time.perf_counter()
    counts = await asyncio.gather(*(_caller(port, requests, began + seconds) for _ in range(callers)))
    return sum(counts) / (time.perf_counter() - began)


async def _caller(port: int, requests: Iterator[bytes], until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    try:
        while time.perf_counter() < until:
            writer.write(next(requests))
            await _answer(reader)
            count += 1
    finally:
        writer.close()
        await writer.wait_closed()
    return count


def _request(port: int, host: str, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\naccept: */*\r\n\r\n".encode()


async def latencies(
    port: int, host: str, path: str, per_second: float, seconds: float, callers: int = CALLERS
) -> list[float]:
    """Seconds from the moment at which a request was due until its answer; they come by Poisson's law.

    Who is kept waiting does not ask less often for that: otherwise a server that stands still would be
    asked once, and look quick.
    """
    chance = random.Random(1)
    gaps = (chance.expovariate(per_second) for _ in itertools.count())
    due = itertools.takewhile(lambda at: at < seconds, itertools.accumulate(gaps))
    began = time.perf_counter()
    moments = (began + at for at in due)
    request = _request(port, host, path)
    took = await asyncio.gather(*(_punctual(port, request, moments) for _ in range(callers)))
    return sorted(itertools.chain.from_iterable(took))


async def visit(port: int, host: str, path: str, wait_s: float, pause_s: float) -> None:
    """One visitor who comes after ``wait_s`` and looks again and again, until it is cancelled."""
    await asyncio.sleep(wait_s)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = _request(port, host, path)
    try:
        while True:
            writer.write(request)
            await _answer(reader)
            await asyncio.sleep(pause_s)
    finally:
        writer.close()


async def _punctual(port: int, request: bytes, moments: Iterator[float]) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    try:
        for moment in moments:
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            writer.write(request)
            await _answer(reader)
            took.append(time.perf_counter() - moment)
    finally:
        writer.close()
        await writer.wait_closed()
    return took


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise BadAnswer(head.decode("latin-1"))
    return await _body(head, reader)


async def answered(reader: asyncio.StreamReader) -> int:
    """The status of an answer, whatever it is; its body is read and dropped. Raises BadAnswer without a length."""
    head = await reader.readuntil(b"\r\n\r\n")
    await _body(head, reader)
    return int(head[9:12])


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    start = head.lower().find(_LENGTH)
    if start < 0:
        raise BadAnswer(head.decode("latin-1"))
    length = head[start + len(_LENGTH) :].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))
