"""Runs pgbench of the same PostgreSQL on a script, and prepares what the script reads."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bench.buyers import Basket
from bench.pgbench_script import COLUMNS, Script
from nakamise.embedded import binaries
from nakamise.settings import Settings
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.roles import app_url

CLIENTS = 8
THREADS = 2
# Orders of each client before it counts: its statements are prepared then, and planned for good.
WARM_UP = 10
_FAILED = re.compile(r"^number of failed transactions: ([0-9]+)", re.MULTILINE)


class PgbenchFailed(Exception):
    """The message is what it printed."""


async def load_baskets(settings: Settings, baskets: Sequence[Basket]) -> None:
    """The baskets of the next run, a row of them to each client; turns count from 1."""
    columns = ", ".join(f"{name} {'text' if name == 'key' else 'uuid'} NOT NULL" for name in COLUMNS)
    async with owner_connection(settings) as connection:
        await connection.execute(
            "DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;"
            f" CREATE TABLE bench.basket (client int, turn int, {columns}, PRIMARY KEY (client, turn));"
            " GRANT USAGE ON SCHEMA bench TO PUBLIC; GRANT SELECT ON bench.basket TO PUBLIC"
        )
        turns = len(baskets) // CLIENTS
        records = [
            (number // turns, number % turns + 1, *(getattr(one, name) for name in COLUMNS))
            for number, one in enumerate(baskets)
        ]
        await connection.copy_records_to_table("basket", schema_name="bench", records=records)
        await connection.execute("ANALYZE bench.basket")


async def tps(settings: Settings, schema: str, folder: Path, script: Script, turns: int) -> float:
    """Transactions per second while all clients are warm and at work; each runs ``turns`` and the warm-up.

    Role and path are the connection's own: what the application sends with BEGIN costs nothing here.
    Raises PgbenchFailed.
    """
    address = urlsplit(app_url(settings))
    environment = os.environ | {
        "PGPASSWORD": unquote(address.password or ""),
        "PGOPTIONS": f"-c role={schema} -c search_path={schema},pg_temp",
    }
    with tempfile.TemporaryDirectory(dir=folder) as logs:
        command = [
            str(binaries.choose(None).folder / "pgbench"),
            *("--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", f"--jobs={THREADS}"),
            *(f"--transactions={WARM_UP + turns}", f"--file={_written(folder, script)}"),
            *("--log", f"--log-prefix={logs}/log"),
            *(f"--define={name}={value}" for name, value in script.variables.items()),
            *("-h", address.hostname or "", "-p", str(address.port), "-U", address.username or ""),
            address.path.lstrip("/"),
        ]
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output = (await process.communicate())[0].decode()
        failed = _FAILED.search(output)
        if process.returncode != 0 or failed is None or failed[1] != "0":
            raise PgbenchFailed(output[-4000:])
        return steady_rate(_ends(Path(logs)), WARM_UP)


def _ends(folder: Path) -> dict[int, list[float]]:
    """When each client's transactions ended, in seconds.

    A line of the log: client, transaction, its time in us, script, second, microsecond, …
    """
    ends: dict[int, list[float]] = defaultdict(list)
    for path in folder.iterdir():
        for line in path.read_text().splitlines():
            client, _, _, _, second, microsecond, *_ = line.split()
            ends[int(client)].append(int(second) + int(microsecond) / 1_000_000)
    return ends


def steady_rate(ends: Mapping[int, Sequence[float]], warm_up: int) -> float:
    """Transactions per second from when the last client is warm until the first one is done.

    Raises PgbenchFailed when there is no such time.
    """
    begin = max(times[warm_up - 1] for times in ends.values())
    end = min(times[-1] for times in ends.values())
    if end <= begin:
        raise PgbenchFailed("a client was done before all others were warm: let each place more orders")
    return sum(begin < time <= end for times in ends.values() for time in times) / (end - begin)


def _written(folder: Path, script: Script) -> Path:
    path = folder / "order.sql"
    path.write_text(script.text)
    return path
