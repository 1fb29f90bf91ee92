"""Starting, feeding and ending the decoding process.

A process for each picture, no pool: its start costs about 0.1 s beside 0.1 to 1 s of decoding and
encoding, and nothing of one tenant's picture is left for the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from nakamise.images.errors import Code, ImagesBusy, ImageWorkerFailed

_WORKER: Final = Path(__file__).with_name("worker.py")
_AT_ONCE: Final = 2
_WAITING_MAX: Final = 16
# Three WebP pictures of at most 1280 px stay far below; more means the child is no longer ours.
_REPLY_MAX_BYTES: Final = 16 * 1024 * 1024
# What the dynamic loader and the interpreter need to start; no PYTHON*, no secrets.
_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH")

log = logging.getLogger(__name__)


class Reply(msgspec.Struct):
    """``files`` are (width, height, bytes) of what follows the JSON line, kept in ``body``."""

    refused: Code | None = None
    colour: str = ""
    files: list[tuple[int, int, int]] = []
    body: bytes = b""

    def split(self) -> Iterator[tuple[int, int, bytes]]:
        at = 0
        for width, height, length in self.files:
            yield width, height, self.body[at : at + length]
            at += length


class _Desk:
    """Who works and who waits, in one event loop."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(_AT_ONCE)
        self.waiting = 0


_desks: WeakKeyDictionary[asyncio.AbstractEventLoop, _Desk] = WeakKeyDictionary()


async def run_worker(job: Mapping[str, object], data: bytes, *, wall_s: float) -> Reply:
    """Raises ImagesBusy when too many wait already, ImageWorkerFailed when the child is broken."""
    desk = _desks.setdefault(asyncio.get_running_loop(), _Desk())
    if desk.waiting >= _WAITING_MAX:
        raise ImagesBusy
    desk.waiting += 1
    try:
        async with desk.slots:
            return await _one_process(job, data, wall_s)
    finally:
        desk.waiting -= 1


async def _one_process(job: Mapping[str, object], data: bytes, wall_s: float) -> Reply:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_WORKER),
        msgspec.json.encode(job).decode(),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(wall_s):
            out, err = await _converse(process, data)
            code = await process.wait()
    except TimeoutError:
        log.warning("a picture took longer than %s s; its process was killed", wall_s)
        return Reply(refused="damaged")
    finally:
        await _end(process)
    return _judge(code, out, err)


async def _converse(process: Process, data: bytes) -> tuple[bytes, bytes]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ImageWorkerFailed("the decoding process has no pipes")
    feeding = asyncio.create_task(_feed(process.stdin, data))
    complaints = asyncio.create_task(process.stderr.read())
    try:
        out = await _read_bounded(process.stdout)
        return out, await complaints
    finally:
        feeding.cancel()
        complaints.cancel()
        await asyncio.gather(feeding, complaints, return_exceptions=True)


async def _feed(stdin: asyncio.StreamWriter, data: bytes) -> None:
    """A child that ends early (it refused, or was killed) says why elsewhere."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(data)
        await stdin.drain()
        stdin.close()


async def _read_bounded(stdout: asyncio.StreamReader) -> bytes:
    parts = bytearray()
    while part := await stdout.read(1 << 16):
        parts += part
        if len(parts) > _REPLY_MAX_BYTES:
            raise ImageWorkerFailed("the decoding process answered without end")
    return bytes(parts)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _judge(code: int, out: bytes, err: bytes) -> Reply:
    if code < 0:
        # Killed by a signal: the CPU limit, or a decoder that crashed on the bytes.
        log.warning("a picture's decoding process ended by signal %s", -code)
        return Reply(refused="damaged")
    line, _, body = out.partition(b"\n")
    if code > 0:
        raise ImageWorkerFailed(f"exit code {code}: {err[-2000:].decode(errors='replace')}")
    try:
        reply = msgspec.json.decode(line, type=Reply)
    except msgspec.DecodeError as error:
        raise ImageWorkerFailed("the decoding process answered in no known form") from error
    reply.body = body
    return reply
