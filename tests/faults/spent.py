"""Processor time, which a busy machine does not lengthen: of this process and of the database that serves it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"


class Spent:
    """``own_s`` and ``database_s``; of connections that were there at both ends."""

    own_s = 0.0
    database_s = 0.0

    @property
    def all_s(self) -> float:
        return self.own_s + self.database_s


@asynccontextmanager
async def spent(owner: asyncpg.Connection) -> AsyncIterator[Spent]:
    """What is spent until the block ends. Nothing else may use the database meanwhile, or it counts too."""
    found = Spent()
    before, began = await _backends(owner), time.process_time()
    yield found
    found.own_s = time.process_time() - began
    after = await _backends(owner)
    found.database_s = sum(used - before.get(pid, 0.0) for pid, used in after.items())


async def _backends(owner: asyncpg.Connection) -> dict[int, float]:
    return {row[0]: _used_s(row[0]) for row in await owner.fetch(_BACKENDS)}


def _used_s(pid: int) -> float:
    """User and system time so far."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
