from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

PATIENCE = 120.0  # a start takes seconds, and minutes on a machine that is busy


class Command:
    """`nakamise ...` in a process of its own, with its output read line by line."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        program = [sys.executable, "-c", "from nakamise.cli import main; main()", *arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("NAKAMISE_")}
        self.process = subprocess.Popen(
            program,
            env=inherited | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._fresh: queue.Queue[str] = queue.Queue()
        self.output = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, text: str) -> None:
        """Read on until `text` was printed."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.output:
            try:
                self.output += self._fresh.get(timeout=0.1)
            except queue.Empty:
                ended = self.process.poll() is not None and self._fresh.empty()
                if ended or time.monotonic() > deadline:
                    pytest.fail(f"no {text!r} in:\n{self.output}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """The exit status; the whole output is in `output` then."""
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while not self._fresh.empty():
            self.output += self._fresh.get()
        return status

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._fresh.put(line)


def healthy(port: int) -> bool:
    """Whether something answers on the port."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False


def gone(pid: int) -> bool:
    """Whether a process ended, within a few seconds; one that waits to be reaped has."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}/cwd").exists():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An open folder, so that nothing of PostgreSQL lies elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="nakamise-run-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
