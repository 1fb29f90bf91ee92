"""Where a reader works: an environment of their own, a folder, and commands that really run."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from nakamise.embedded import EmbeddedPostgres
from tests.docs.lesson import Command, LessonError, blocks, commands, write
from tests.running import run_command

# Tools that know nothing of the environment run as they are here.
_TOOLS: Final = {"ruff": ["--no-cache"], "mypy": []}
_OURS: Final = ("PYTHON", "COV", "PYTEST", "PIP")


class Desk:
    """``folder`` is where the reader stands; ``cd`` moves it. ``variables`` are the reader's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables: dict[str, str] = {}
        self.environment = folder / "venv"
        self.python = self.environment / "bin" / "python"
        self._make()

    def follow(self, page: Path) -> list[str]:
        """Do every step of ``page``; the commands that ran. Raises LessonError."""
        ran: list[str] = []
        for block in blocks(page):
            if block.kind == "console":
                for command in commands(block):
                    self.run(command)
                    ran.append(command.line)
            elif block.title:
                write(block, self.folder)
        return ran

    def run(self, command: Command) -> str:
        if command.line.startswith("cd "):
            self.folder = (self.folder / command.line[3:]).resolve()
            return ""
        status, said = run_command(["sh", "-c", command.line], cwd=self.folder, env=self._variables())
        missing = [line for line in command.says if line not in said]
        if status != 0 or missing:
            raise LessonError(f"{command.place}: $ {command.line}\n{said}\nmissing: {missing}")
        return said

    def _make(self) -> None:
        """What Nakamise depends on is lent from our own environment, for speed and to stay offline."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.environment], check=True)
        [site] = (self.environment / "lib").glob("python*/site-packages")
        (site / "lent.pth").write_text("\n".join([sysconfig.get_paths()["purelib"], *_editable()]))
        for tool, options in _TOOLS.items():
            self._script(tool, [sys.executable, "-m", tool], options)
        self._script("pip", [sys.executable, "-m", "pip", "--python", str(self.python)], [])
        self._script("pytest", [str(self.python), "-m", "pytest", "-p", "no:cacheprovider"], [])
        self._script("nakamise", [str(self.python), "-c", "from nakamise.cli import main; main()"], [])

    def _script(self, name: str, before: list[str], after: list[str]) -> None:
        path = self.environment / "bin" / name
        command = f'exec {shlex.join(before)} "$@" {shlex.join(after)}'
        path.write_text(f"#!/bin/sh\n{command.rstrip()}\n")
        path.chmod(0o755)

    def _variables(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
        offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        path = {"PATH": f"{self.environment / 'bin'}:{os.environ['PATH']}"}
        return {**kept, **offline, **quiet, **path, **self.variables}


def installation(folder: Path, server: EmbeddedPostgres) -> dict[str, str]:
    """Variables of an operator whose database is ``server``."""
    return {
        "NAKAMISE_DATABASE_URL": server.start(),
        "NAKAMISE_DATA": str(folder / "data"),
        "NAKAMISE_SECRET_KEY": secrets.token_urlsafe(32),
    }


def _editable() -> list[str]:
    """Where our own packages lie: a .pth file counts in the first site-packages only."""
    found = Path(sysconfig.get_paths()["purelib"]).glob("*nakamise*.pth")
    return "\n".join(path.read_text() for path in found).splitlines()
