"""No tenant may take all connections: what is slow in one of them must not stand in the others' way."""

from __future__ import annotations

import asyncio


class Shares:
    """A schema may hold three quarters of the pool's connections; whoever wants more waits for its own."""

    def __init__(self, pool_size: int) -> None:
        self._most = pool_size - pool_size // 4
        self._of: dict[str, asyncio.Semaphore] = {}

    def of(self, schema: str) -> asyncio.Semaphore:
        """To be held while a connection is used for ``schema``."""
        share = self._of.get(schema)
        if share is None:
            share = self._of[schema] = asyncio.Semaphore(self._most)
        return share
