"""Callers over real sockets: each keeps one connection and asks again as soon as it is answered."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence

from bench.traffic import CALLERS, BadAnswer

_LENGTH = b"content-length: "


async def rate(port: int, hosts: Sequence[str], path: str, seconds: float, callers: int = CALLERS) -> float:
    """Requests per second to ``hosts`` in turn. Raises BadAnswer for anything but 200 with a length."""
    asks = [f"GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\naccept: */*\r\n\r\n".encode() for host in hosts]
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


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    start = head.lower().find(_LENGTH)
    if not head.startswith(b"HTTP/1.1 200") or start < 0:
        raise BadAnswer(head.decode("latin-1"))
    length = head[start + len(_LENGTH) :].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))
