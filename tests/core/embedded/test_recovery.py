"""kill -9 of the server, of its supervisor, and what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from nakamise.embedded import EmbeddedError, EmbeddedPostgres
from nakamise.embedded.processes import servers_of
from tests.core.embedded.conftest import MakeServer

SUPERVISOR = """
import sys, threading, time, pathlib
from nakamise.embedded import EmbeddedPostgres

def start():
    server = EmbeddedPostgres(pathlib.Path(sys.argv[1]), fsync=False)
    print(server.start(), server.pid, flush=True)

if sys.argv[2] == "main":
    start()
else:
    threading.Thread(target=start).start()
time.sleep(600)
"""


def start_supervisor(data_dir: Path, thread: str) -> tuple[subprocess.Popen[str], str, int]:
    """Another process with a server; one started outside its `main` thread outlives it."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data_dir), thread], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as output:
        url, pid = output.readline().split()
    return process, url, int(pid)


def ended(pid: int) -> bool:
    """Whether the process ended within ten seconds."""
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cwd").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


async def write_rows(url: str) -> asyncpg.Connection[asyncpg.Record]:
    """A committed row and, on the connection given back, one whose transaction is still open."""
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE rows (id int PRIMARY KEY)")
    await connection.execute("INSERT INTO rows VALUES (1)")
    await connection.execute("BEGIN")
    await connection.execute("INSERT INTO rows VALUES (2)")
    return connection


async def committed_rows(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT id FROM rows ORDER BY id")
    await connection.close()
    return [row["id"] for row in rows]


async def test_kill_then_start_keeps_what_was_committed(make_server: MakeServer) -> None:
    server = make_server()
    connection = await write_rows(server.start())

    server.kill()
    connection.terminate()

    assert await committed_rows(server.start()) == [1]


async def test_revive_after_sudden_death_keeps_the_url(make_server: MakeServer) -> None:
    server = make_server()
    url = server.start()
    connection = await write_rows(url)
    assert not server.revive()

    os.kill(server.pid, signal.SIGKILL)
    connection.terminate()
    while not server.revive():
        pass

    assert await committed_rows(url) == [1]


def test_server_ends_by_itself_when_its_supervisor_is_killed(data_dir: Path, make_server: MakeServer) -> None:
    supervisor, _, server = start_supervisor(data_dir, "main")

    supervisor.kill()
    supervisor.wait()

    assert ended(server)
    assert not (data_dir / "cluster" / "postmaster.pid").exists()
    make_server().start()


async def test_orphan_of_a_killed_supervisor_is_replaced(make_server: MakeServer, data_dir: Path) -> None:
    supervisor, url, orphan = start_supervisor(data_dir, "other")
    connection = await write_rows(url)
    supervisor.kill()
    supervisor.wait()
    assert Path(f"/proc/{orphan}/cwd").exists()

    server = make_server()
    url = server.start()
    connection.terminate()

    assert server.pid != orphan
    assert not Path(f"/proc/{orphan}/cwd").exists()
    assert await committed_rows(url) == [1]


async def test_supervisor_and_postmaster_killed_together(make_server: MakeServer, data_dir: Path) -> None:
    supervisor, url, orphan = start_supervisor(data_dir, "other")
    connection = await write_rows(url)
    supervisor.kill()
    os.kill(orphan, signal.SIGKILL)
    supervisor.wait()
    connection.terminate()

    assert await committed_rows(make_server().start()) == [1]


async def test_pid_file_that_names_a_stranger_does_not_block(make_server: MakeServer, data_dir: Path) -> None:
    """As after a restart of a container, where the same numbers go to other programs."""
    server = make_server()
    connection = await write_rows(server.start())
    server.kill()
    connection.terminate()
    pid_file = (data_dir / "cluster").resolve() / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    stranger = subprocess.Popen(["sleep", "60"])
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))

    try:
        assert await committed_rows(server.start()) == [1]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_folder_in_use_is_refused_and_left_alone(make_server: MakeServer, data_dir: Path) -> None:
    first = make_server()
    first.start()

    with pytest.raises(EmbeddedError, match="in use by another running Nakamise"):
        EmbeddedPostgres(data_dir, fsync=False).start()

    assert first.pid in servers_of((data_dir / "cluster").resolve())
