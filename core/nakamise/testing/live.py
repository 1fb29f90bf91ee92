"""The real server in a process of its own: for browsers, and for tests that kill it."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from typing import IO

from nakamise.plugin.context import Tenant
from nakamise.settings import Settings

READY_S = 90.0  # on a machine that does much else
STOP_S = 20.0


class LiveServer:
    """Listens on ``settings.port``; reach a tenant by ``url(tenant)``. ``log`` None: standard error."""

    def __init__(self, settings: Settings, *, log: IO[bytes] | None = None) -> None:
        self.settings = settings
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, tenant: Tenant, path: str = "/") -> str:
        return f"http://{tenant.canonical_host}:{self.settings.port}{path}"

    @property
    def pid(self) -> int:
        """Of the process that supervises those that answer. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    def start(self) -> None:
        """Returns once it answers. Raises RuntimeError when it does not, or when somebody else does."""
        if self._answers():
            raise RuntimeError(f"port {self.settings.port} is taken by another server")
        environment = os.environ | {
            "NAKAMISE_DATABASE_URL": self.settings.database_url or "",
            "NAKAMISE_SECRET_KEY": self.settings.secret_key.decode(),
            "NAKAMISE_DATA": str(self.settings.data_dir),
            "NAKAMISE_ENV": self.settings.environment,
            "NAKAMISE_POOL_SIZE": str(self.settings.pool_size),
            "NAKAMISE_BASE_DOMAIN": self.settings.base_domain,
            "NAKAMISE_JOBS": str(self.settings.jobs),
            "NAKAMISE_SMTP_URL": self.settings.smtp_url or "",
            "NAKAMISE_REDIS_URL": self.settings.redis_url or "",
            "NAKAMISE_MEDIA_WORKERS": ",".join(self.settings.media.workers),
            "NAKAMISE_MEDIA_WHIP_URL": self.settings.media.whip_url or "",
            "NAKAMISE_MEDIA_WHEP_URL": self.settings.media.whep_url or "",
            "HOST": self.settings.host,
            "PORT": str(self.settings.port),
        }
        command = [sys.executable, "-c", "from nakamise.cli import main; main()", "serve"]
        self._process = subprocess.Popen(command, env=environment, stderr=self._log, start_new_session=True)
        deadline = time.monotonic() + READY_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("the server did not come up; its last words stand above")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL to the server and its workers: a crash."""
        if self._process is None:
            return
        # It leads a process group of its own, so nobody else is hit.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
