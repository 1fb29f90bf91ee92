"""``python -m nakamise_livestream.sfu``: one media worker.

Its `WorkerConfig` comes as one line of JSON on standard input, so that the token stands in no list of processes; the
worker ends when standard input is closed, which is when its parent is gone; with `WorkerConfig.linger` it outlives
its parent for so long. With a path as its argument it reads the JSON from that file and stands alone.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import msgspec

from nakamise_livestream.sfu.worker.config import WorkerConfig
from nakamise_livestream.sfu.worker.serve import serve


async def _never() -> None:
    await asyncio.Event().wait()


async def _end_of_input() -> None:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while await reader.read(1024):
        pass


async def _main(arguments: list[str]) -> None:
    if arguments:
        text = await asyncio.to_thread(Path(arguments[0]).read_bytes)
        await serve(msgspec.json.decode(text, type=WorkerConfig), _never())
    else:
        config = msgspec.json.decode(sys.stdin.buffer.readline(), type=WorkerConfig)
        await serve(config, _end_of_input() if config.linger is None else _never())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    asyncio.run(_main(sys.argv[1:]))
