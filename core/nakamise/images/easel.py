"""Draws in processes of its own: resvg keeps the interpreter's lock for a second and more.

Not ``multiprocessing``: that would run the caller's main module again. Run as a module this is the worker:
SVG in, ``Answer`` as MessagePack out, each after four bytes of length.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from typing import BinaryIO, Final, Self

import msgspec

from nakamise.images.art import draw
from nakamise.images.ingest import Picture

PROCESSES: Final = 2


class Answer(msgspec.Struct):
    """Either a picture, or why there is none."""

    picture: Picture | None = None
    fault: str = ""


class Easel:
    """``async with Easel() as easel``; workers start when there is something to draw."""

    def __init__(self) -> None:
        self._free: asyncio.LifoQueue[Process | None] = asyncio.LifoQueue()
        self._started: list[Process] = []

    async def __aenter__(self) -> Self:
        for _ in range(PROCESSES):
            self._free.put_nowait(None)
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._started:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def draw(self, svg: bytes) -> Picture:
        """The drawing as pictures to serve, largest first. Raises ValueError as ``rasterise_svg`` does."""
        free = await self._free.get()
        try:
            free = free or await self._start()
            answer = await _converse(free, svg)
        except BaseException:
            # Its answer may still be on the way and would be taken for the next one's.
            self._free.put_nowait(None)
            if free is not None and free.returncode is None:
                free.kill()
            raise
        self._free.put_nowait(free)
        if answer.picture is None:
            raise ValueError(answer.fault)
        return answer.picture

    async def _start(self) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE
        )
        self._started.append(process)
        return process


async def _converse(process: Process, svg: bytes) -> Answer:
    """Raises ValueError when the worker died."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("the worker has no pipes")
    process.stdin.write(len(svg).to_bytes(4) + svg)
    try:
        size = int.from_bytes(await process.stdout.readexactly(4))
        return msgspec.msgpack.decode(await process.stdout.readexactly(size), type=Answer)
    except asyncio.IncompleteReadError as error:
        await process.wait()
        raise ValueError("the drawing broke its worker") from error


def work(source: BinaryIO, target: BinaryIO) -> None:
    """Until ``source`` ends."""
    while size := source.read(4):
        try:
            answer = Answer(draw(source.read(int.from_bytes(size))))
        except ValueError as error:
            answer = Answer(fault=str(error))
        data = msgspec.msgpack.encode(answer)
        target.write(len(data).to_bytes(4) + data)
        target.flush()


if __name__ == "__main__":
    work(sys.stdin.buffer, sys.stdout.buffer)
