"""What PostgreSQL's backends hold, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path

from bench.world import World
from nakamise.tenancy.owner import owner_connection


async def backends_mb(world: World) -> list[float]:
    """Private memory of each of the application's connections, in MB; shared buffers are nobody's own."""
    async with owner_connection(world.settings) as connection:
        rows = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE usename LIKE '%\\_app'")
    return [_private_mb(row["pid"]) for row in rows]


def _private_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1000
