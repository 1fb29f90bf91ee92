"""What the import of a plugin's manifest costs, and what it brings along.

The contract itself is loaded by the host anyway, so it does not count. It is imported once, by a process of its own
that forks for each measurement: that takes a second, the measurement a few milliseconds.
"""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
import sys
from typing import Final

import msgspec

_FORKING: Final = """
import importlib, json, os, sys, time
sys.path[:0] = json.loads(sys.argv[1])
import nakamise.plugin, nakamise.contracts.payments, nakamise.contracts.orders, nakamise.contracts.ui, nakamise.web
before = set(sys.modules)
for line in sys.stdin:
    package, path = json.loads(line)
    if os.fork() == 0:
        sys.path[:0] = path
        started = time.process_time()
        importlib.import_module(package)
        spent_ms = (time.process_time() - started) * 1000
        print(json.dumps({"ms": spent_ms, "modules": sorted(set(sys.modules) - before)}), flush=True)
        os._exit(0)
    if os.wait()[1] != 0:
        print("null", flush=True)
"""


class Imported(msgspec.Struct, frozen=True):
    """``ms`` of processor time, and the names of the modules that were not there before."""

    ms: float
    modules: list[str]


def imported(package: str) -> Imported:
    """Raises RuntimeError when it cannot be imported; why stands on standard error."""
    process = _forking()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([package, sys.path]) + "\n")
    process.stdin.flush()
    found = msgspec.json.decode(process.stdout.readline() or "null", type=Imported | None)
    if found is None:
        raise RuntimeError(f"{package} cannot be imported")
    return found


@functools.cache
def _forking() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _FORKING, json.dumps(sys.path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_end, process)
    return process


def _end(process: subprocess.Popen[str]) -> None:
    """It ends when nobody can ask any more."""
    process.communicate()
