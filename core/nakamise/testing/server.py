"""A PostgreSQL of its own for a test run: real, thrown away, and not waiting for the disk."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nakamise.embedded import EmbeddedPostgres


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[EmbeddedPostgres]:
    """A running server that is removed with its data at the end."""
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="nakamise-test-")), fsync=False)
    try:
        server.start()
        yield server
    finally:
        # Nothing in it is worth an orderly shutdown.
        with contextlib.suppress(RuntimeError):
            server.kill()
        server.remove()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
