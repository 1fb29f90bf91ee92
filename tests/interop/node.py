"""Peers that are programs for Node.js."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.interop.pages import PEERS

_END_S = 20.0


class NodePeer:
    """Its lines are read one by one; the end of its input is the sign to leave."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout

    async def line(self, within: float = 30.0) -> str:
        async with asyncio.timeout(within):
            return (await self._stdout.readline()).decode().strip()

    async def evaluate(self, expression: str) -> Any:
        """In the page that it drives. Raises RuntimeError."""
        self._stdin.write(" ".join(expression.split()).encode() + b"\n")
        await self._stdin.drain()
        answer = json.loads(await self.line())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def kill(self) -> None:
        self._process.kill()

    async def leave(self) -> int:
        """Its exit code."""
        self._stdin.close()
        async with asyncio.timeout(_END_S):
            return await self._process.wait()


@asynccontextmanager
async def node_peer(*command: str) -> AsyncIterator[NodePeer]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec("node", *command, cwd=PEERS, stdin=pipe, stdout=pipe)
    try:
        yield NodePeer(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
