"""The operating system account that PostgreSQL runs under, which may not be root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


@dataclass(frozen=True)
class Account:
    """A user id to switch to; `None` means: stay who we are."""

    uid: int | None
    gid: int | None

    @classmethod
    def for_cluster(cls, cluster: Path) -> Account:
        """The owner of an existing cluster, else `nobody`, when we are root; ourselves otherwise."""
        if os.geteuid() != 0:
            return cls(None, None)
        if cluster.exists():
            status = cluster.stat()
            return cls(status.st_uid, status.st_gid)
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    def process_options(self) -> dict[str, Any]:
        """Keyword arguments for `subprocess` so that the child runs under this account."""
        options: dict[str, Any] = {"env": ENVIRONMENT, "cwd": "/"}
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may reach and enter `folder`: asked of the system, not computed."""
        return self._succeeds("test", "-x", str(folder))

    def can_run(self, program: Path) -> bool:
        """Whether this account may reach and execute `program`."""
        try:
            return self._succeeds(str(program), "--version")
        except PermissionError:
            return False

    def _succeeds(self, *command: str) -> bool:
        result = subprocess.run(command, capture_output=True, check=False, **self.process_options())
        return result.returncode == 0

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
