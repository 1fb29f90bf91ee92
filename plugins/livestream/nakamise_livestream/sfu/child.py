"""A media worker as a child process, started again whenever it dies."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Final

import msgspec

from nakamise_livestream.sfu.worker.config import WorkerConfig

_log = logging.getLogger(__name__)

STOP_TIMEOUT_S: Final = 5.0
_AGAIN_S: Final = 0.2
_AGAIN_AT_MOST_S: Final = 10.0
# Who lives so long has not failed at its start.
_STEADY_S: Final = 5.0


class WorkerChild:
    """Its UDP port should be a fixed one: clients that reconnect find it through firewalls and mappings."""

    def __init__(self, config: WorkerConfig) -> None:
        self._config = config
        self._keeper: asyncio.Task[None] | None = None
        self.process: asyncio.subprocess.Process | None = None

    def start(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that does not heed it."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        if self.process and self.process.returncode is None:
            self.process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
                await self.process.wait()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause = _AGAIN_S
        while True:
            began = loop.time()
            code = await self._run_once()
            pause = _AGAIN_S if loop.time() - began > _STEADY_S else min(pause * 2, _AGAIN_AT_MOST_S)
            _log.error("the media worker ended with %s, started again in %.1f s", code, pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> int:
        command = (sys.executable, "-m", "nakamise_livestream.sfu")
        self.process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        if self.process.stdin:
            # Left open: its end is the sign that we are gone.
            self.process.stdin.write(msgspec.json.encode(self._config) + b"\n")
        return await self.process.wait()
