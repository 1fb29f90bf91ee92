"""Build the virtual environment from the lock files, then run a command in it.

    python -m scripts.bootstrap [--dev] COMMAND [ARGUMENT ...]

Standard library only. A stamp makes every later start quick.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from scripts.assets import AssetError, build_assets

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMP = VENV / ".locked"
LOCKS = {"runtime": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
PIP = (str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install")
TAIL_LINES = 15
MILESTONE = 20
PR_SET_PDEATHSIG = 1


class BootstrapError(Exception):
    """The environment cannot be built; the message is for the terminal."""


def main() -> None:
    arguments = sys.argv[1:]
    kind = "dev" if arguments[:1] == ["--dev"] else "runtime"
    command = arguments[1:] if kind == "dev" else arguments
    try:
        prepare(kind)
    except (BootstrapError, AssetError) as error:
        sys.exit(f"nakamise: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    if command:
        end_with_make()
        path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
        os.execvpe(command[0], command, os.environ | {"PATH": path, "VIRTUAL_ENV": str(VENV)})


def prepare(kind: str) -> None:
    """Make `.venv` and the browser files match the lock files.

    Raises:
        BootstrapError, AssetError: with a sentence for the user.
    """
    turn = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)  # `make run` beside `make test` must not both install
    try:
        if not _up_to_date(kind):
            _install(kind)
        build_assets(ROOT, _say)
    finally:
        os.close(turn)


def end_with_make() -> None:
    """Be told to stop when `make` is killed with no chance to pass the signal on (Linux)."""
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _up_to_date(kind: str) -> bool:
    if not STAMP.is_file() or not (BIN / "python").exists():
        return False
    # The development lock holds everything of the runtime lock, in the same versions.
    return STAMP.read_text() in {_stamp(kind), _stamp("dev")}


def _stamp(kind: str) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    # How we lint is no reason to install anew.
    facts = [kind, str(ROOT), project["project"], project["tool"]["hatch"], LOCKS[kind].read_text()]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _install(kind: str) -> None:
    STAMP.unlink(missing_ok=True)
    if not (BIN / "python").exists():
        _say("Creating the virtual environment .venv ...")
        _create_venv()
    total = len(re.findall(r"^[A-Za-z0-9]", LOCKS[kind].read_text(), re.MULTILINE))
    _say(f"Installing {total} locked packages (the first time takes a minute or two) ...")
    _pip("--require-hashes", "-r", str(LOCKS[kind]), total=total)
    _pip("--no-deps", "--no-build-isolation", "-e", str(ROOT), total=1)
    STAMP.write_text(_stamp(kind))


def _create_venv() -> None:
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError as error:
        raise BootstrapError(
            "this Python has no ensurepip, so no virtual environment can be made."
            " On Debian and Ubuntu: apt-get install python3-venv"
        ) from error


def _pip(*arguments: str, total: int) -> None:
    """Run pip and show one growing line instead of its whole talk."""
    process = subprocess.Popen(
        [*PIP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )
    lines: list[str] = []
    done = 0
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith(("Collecting ", "Requirement already satisfied", "Obtaining ")):
            done += 1
            _progress(f"  {min(done, total)} of {total}", milestone=done % MILESTONE == 0)
        elif line.startswith("Installing collected packages"):
            _progress("  unpacking", milestone=True)
    _progress("", milestone=False)
    if process.wait() != 0:
        raise BootstrapError(f"pip failed; is the package index reachable?\n{''.join(lines[-TAIL_LINES:])}")


def _say(text: str) -> None:
    print(text, flush=True)


def _progress(text: str, *, milestone: bool) -> None:
    """Overwrite one line of a terminal; in a log file, keep only milestones."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="", flush=True)
    elif milestone:
        print(text, flush=True)


if __name__ == "__main__":
    main()
