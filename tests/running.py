"""Commands in processes of their own, as a reader or an operator types them."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

LIMIT_S: Final = 240
_STACKS_S: Final = 5


def run_command(
    command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], limit_s: float = LIMIT_S
) -> tuple[int, str]:
    """The exit status, and all that was printed.

    What hangs is killed with its children after ``limit_s``; its Python stacks stand in the output then. The output
    goes to a file: a pipe would be open for as long as anybody's grandchild has it.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=cwd,
            env={**env, "PYTHONFAULTHANDLER": "1"},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            status = _kill(process)
        told.seek(0)
        return status, told.read()


def _kill(process: subprocess.Popen[bytes]) -> int:
    os.killpg(process.pid, signal.SIGABRT)
    try:
        process.wait(_STACKS_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()
