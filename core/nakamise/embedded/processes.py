"""Look at PostgreSQL processes through /proc, so that only our own are ever signalled."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from nakamise.embedded.errors import EmbeddedError

FAST_SHUTDOWN = signal.SIGINT
IMMEDIATE_SHUTDOWN = signal.SIGQUIT
PATIENCE = ((FAST_SHUTDOWN, 20.0), (IMMEDIATE_SHUTDOWN, 10.0), (signal.SIGKILL, 5.0))


def servers_of(cluster: Path) -> list[int]:
    """The processes that work in this data directory: the postmaster and its children."""
    return [pid for pid in _all_pids() if _works_in(pid, cluster)]


def postmaster_of(cluster: Path) -> int | None:
    """The running postmaster named by the pid file, if that process really serves `cluster`."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _works_in(pid, cluster) else None


def children_of(parent: int) -> list[int]:
    """The direct children of a process."""
    return [pid for pid in _all_pids() if _parent(pid) == parent]


def end_leftovers(cluster: Path) -> None:
    """Stop a server that outlived its supervisor and clear a pid file that names a stranger.

    PostgreSQL refuses to start while the pid in its file belongs to any live process of the same
    user, which happens after a reboot or in a restarted container. The file may only go once no
    backend of the old server is left: it guards the shared memory check.
    """
    orphan = postmaster_of(cluster)
    if orphan is not None:
        _end(orphan, cluster)
    if not _wait(lambda: not servers_of(cluster), 30.0):
        pids = ", ".join(map(str, servers_of(cluster)))
        raise EmbeddedError(
            f"Old PostgreSQL processes still use {cluster} (process {pids}).",
            "End them, then start again.",
        )
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _end(pid: int, cluster: Path) -> None:
    for number, seconds in PATIENCE:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if _wait(lambda: not _works_in(pid, cluster), seconds):
            return


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _works_in(pid: int, cluster: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def _parent(pid: int) -> int | None:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in brackets and may hold spaces.
    return int(status.rpartition(")")[2].split()[1])
