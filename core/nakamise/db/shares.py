"""No tenant may take all connections: what is slow in one of them must not stand in the others' way."""

from __future__ import annotations

import asyncio


class Turn:
    """A schema's right to one connection; given back once, by whoever comes first."""

    __slots__ = ("_share",)

    def __init__(self, share: asyncio.Semaphore) -> None:
        self._share: asyncio.Semaphore | None = share

    def end(self) -> None:
        if self._share is not None:
            self._share.release()
            self._share = None


class Shares:
    """A schema may hold three quarters of the pool's connections; whoever wants more waits for its own."""

    def __init__(self, pool_size: int) -> None:
        self._most = pool_size - pool_size // 4
        self._of: dict[str, asyncio.Semaphore] = {}

    async def turn(self, schema: str) -> Turn:
        share = self._of.get(schema)
        if share is None:
            share = self._of[schema] = asyncio.Semaphore(self._most)
        await share.acquire()
        return Turn(share)
