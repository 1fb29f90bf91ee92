"""The same product list on django-tenants, in an environment of its own: installed here, removed at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from bench.machine import ROOT
from bench.world import World
from nakamise.tenancy.owner import owner_url

SOURCE = ROOT / "bench" / "peers" / "django_tenants"
DATABASE = "peer"
INSTALL_S = 300.0
STOP_S = 20.0


class Peer:
    """A copy of ``SOURCE`` in ``folder`` with its own packages and database."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._app = folder / "app"
        self._python = folder / "venv" / "bin" / "python"
        self._environment = os.environ | {"PEER_DATABASE_URL": database_url}
        self._environment.pop("PYTHONPATH", None)
        shutil.copytree(SOURCE, self._app)
        lock = self._app / "requirements.lock"
        self._uv("venv", "--quiet", "--python", sys.executable, folder / "venv")
        self._uv("pip", "install", "--quiet", "--python", self._python, "--require-hashes", "-r", lock)

    def fill(self, hosts: Sequence[str]) -> float:
        """Tables and data for each host; seconds that creating a tenant took, data not counted."""
        migrations = ["manage.py", "makemigrations", "--verbosity", "0", "customers", "shop"]
        self._python_does(*migrations)
        return float(self._python_does("fill.py", *hosts))

    @contextmanager
    def serving(self, port: int) -> Iterator[None]:
        """granian with one worker, as on the other side."""
        options = ["--interface", "wsgi", "--port", str(port), "--workers", "1", "--log-level", "warning"]
        process = subprocess.Popen(
            [self._python.parent / "granian", *options, "wsgi:application"],
            cwd=self._app,
            env=self._environment,
            start_new_session=True,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(STOP_S)

    def _uv(self, *arguments: str | Path) -> None:
        _run([sys.executable, "-m", "uv", *arguments], self._app)

    def _python_does(self, *arguments: str) -> str:
        return _run([self._python, *arguments], self._app, self._environment)


def _run(command: Sequence[str | Path], cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=environment, check=True, timeout=INSTALL_S, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


async def peer_database(world: World) -> str:
    """A second database on the same server. The URL."""
    url = owner_url(world.settings)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    return url.rpartition("/")[0] + f"/{DATABASE}"
