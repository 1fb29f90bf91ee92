"""Style, types, import rules and lock files; prints one line per check and the output of what fails.

With ``NAKAMISE_BESIDE_TESTS=1``, as in `.ci/run`, it takes the time that the tests wait.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts import lock

ROOT = lock.ROOT
# The longest first. Each is one process of one thread, so two processors do two at a time.
COMMANDS = {
    "pyright": ["pyright"],
    "mypy": ["mypy"],
    "imports": ["lint-imports"],
    "ruff": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
}
BESIDE_TESTS = os.environ.get("NAKAMISE_BESIDE_TESTS") == "1"
AT_ONCE = 1 if BESIDE_TESTS else 2  # a type checker takes one to two gigabytes
LEAST = 19


def main() -> None:
    if BESIDE_TESTS:
        give_way()
    checks: dict[str, Callable[[], str]] = {name: _runner(command) for name, command in COMMANDS.items()}
    checks["locks"] = _stale_locks
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = zip(checks, pool.map(_report, checks.keys(), checks.values()), strict=True)
        failed = [name for name, is_right in results if not is_right]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def give_way() -> None:
    """To all other processes: Linux shares the processors between sessions first, then within each by niceness."""
    os.nice(LEAST)
    with contextlib.suppress(OSError):
        os.setsid()
        Path("/proc/self/autogroup").write_text(str(LEAST))


def _report(name: str, check: Callable[[], str]) -> bool:
    began = time.monotonic()
    output = check()
    verdict = f"{'FAIL' if output else 'ok':4} {name} ({time.monotonic() - began:.1f} s)"
    # In one piece: another check may report at the same moment.
    print("\n".join(filter(None, (verdict, output))), flush=True)
    return not output


def _runner(command: list[str]) -> Callable[[], str]:
    def run() -> str:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode == 0:
            return ""
        return (result.stdout + result.stderr).strip() or f"{command[0]} ended with {result.returncode}"

    return run


def _stale_locks() -> str:
    """What is wrong with the lock files: they name a host, or no longer fit pyproject.toml."""
    problems = lock.addresses()
    with tempfile.TemporaryDirectory() as folder:
        for name in lock.PLAN:
            fresh = Path(folder) / name
            shutil.copyfile(ROOT / name, fresh)
            lock.compile_lock(name, output=fresh)
            if fresh.read_text() != (ROOT / name).read_text():
                problems.append(f"{name} does not fit its sources: run `make lock`")
    return "\n".join(problems)


if __name__ == "__main__":
    main()
