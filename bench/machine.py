"""Where and on what the numbers were measured."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("asyncpg", "granian", "litestar", "msgspec", "sqlalchemy", "uvloop")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """``load`` is the 1-minute average when the run began: above the number of processors, distrust it."""

    processor: str
    processors: int
    system: str
    python: str
    postgresql: str
    packages: dict[str, str]
    commit: str
    load: float

    def __str__(self) -> str:
        return (
            f"{self.processor}, {self.processors} processors, {self.system}, Python {self.python},"
            f" PostgreSQL {self.postgresql}, load {self.load:.1f}, commit {self.commit}"
        )


def describe(postgresql: str) -> Machine:
    return Machine(
        processor=_processor(),
        processors=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        python=platform.python_version(),
        postgresql=postgresql,
        packages={name: metadata.version(name) for name in PACKAGES},
        commit=_commit(),
        load=os.getloadavg()[0],
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
