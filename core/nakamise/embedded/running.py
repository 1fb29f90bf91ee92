"""Find a server that another process of ours has started."""

from __future__ import annotations

from pathlib import Path

from nakamise.embedded import processes
from nakamise.embedded.cluster import SUPERUSER, DataFolder
from nakamise.embedded.postgres import DATABASE, HOST

# The fourth line of postmaster.pid (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_PORT).
_PORT_LINE = 3


def running_url(data_dir: Path) -> str | None:
    """The URL of the server that works in `data_dir` now, or `None`."""
    folder = DataFolder(data_dir)
    if processes.postmaster_of(folder.cluster) is None:
        return None
    port = (folder.cluster / "postmaster.pid").read_text().splitlines()[_PORT_LINE]
    return f"postgresql://{SUPERUSER}:{folder.password()}@{HOST}:{port}/{DATABASE}"
