"""Builds nakamise-hello as a wheel and installs it where this process, and its children, find it."""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parent / "hello"


def install_hello() -> Path:
    """The folder; it is on ``sys.path`` now, and on ``PYTHONPATH`` for child processes."""
    target = Path(tempfile.gettempdir()) / f"nakamise-hello-{os.getuid()}-{_digest()}"
    if not target.exists():
        _install(target)
    if str(target) not in sys.path:
        sys.path.insert(0, str(target))
        importlib.invalidate_caches()
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(target) not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(target), *filter(None, paths)])
    return target


def _digest() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in _files():
        digest.update(str(path.relative_to(SOURCE)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _files() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _install(target: Path) -> None:
    """Built in a copy, so that the source tree stays clean; moved into place whole, for parallel runs."""
    with tempfile.TemporaryDirectory() as folder:
        source = shutil.copytree(
            SOURCE, Path(folder) / "source", ignore=shutil.ignore_patterns("__pycache__")
        )
        wheels, site = Path(folder) / "wheels", Path(folder) / "site"
        _run("-m", "hatchling", "build", "--target", "wheel", "--directory", str(wheels), cwd=source)
        [wheel] = wheels.glob("*.whl")
        quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
        _run("-m", "pip", "install", *quiet, "--target", str(site), str(wheel), cwd=source)
        try:
            shutil.move(site, target)
        except OSError:
            if not target.exists():
                raise


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run([sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
