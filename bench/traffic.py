"""Callers of an ASGI application inside this process: no sockets, so only the application is measured."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence

import msgspec

from nakamise.routing.asgi import App, Message

CALLERS = 8


class Ask(msgspec.Struct, frozen=True):
    """One GET."""

    host: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


class BadAnswer(Exception):
    """Something else than 200: what was measured would mean nothing."""


async def fetch(app: App, ask: Ask) -> bytes:
    """The body. Raises BadAnswer."""
    status = 0
    body: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            body.append(message.get("body", b""))

    await app(_scope(ask), receive, send)
    if status != 200:
        raise BadAnswer(f"{ask.host}{ask.path}: {status} {b''.join(body)[:500]!r}")
    return b"".join(body)


def _scope(ask: Ask) -> dict[str, object]:
    path, _, query = ask.path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", ask.host.encode()), (b"accept", b"*/*"), *ask.headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "extensions": {},
    }


async def rate(app: App, asks: Sequence[Ask], seconds: float, callers: int = CALLERS) -> float:
    """Requests per second of ``callers`` who each ask again as soon as they are answered."""
    began = time.perf_counter()
    turns = itertools.cycle(asks)
    counts = await asyncio.gather(*(_caller(app, turns, began + seconds) for _ in range(callers)))
    return sum(counts) / (time.perf_counter() - began)


async def _caller(app: App, turns: Iterator[Ask], until: float) -> int:
    count = 0
    while time.perf_counter() < until:
        await fetch(app, next(turns))
        count += 1
    return count


async def cpu_ms(app: App, ask: Ask, requests: int) -> float:
    """CPU time of this process per request, one after the other, in ms."""
    began = time.process_time()
    for _ in range(requests):
        await fetch(app, ask)
    return (time.process_time() - began) / requests * 1000
