"""The files of one PostgreSQL data directory: where they lie and how they come to be."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from nakamise.embedded.account import Account
from nakamise.embedded.binaries import OPEN_ROOT, Binaries, open_root
from nakamise.embedded.errors import EmbeddedError

SUPERUSER = "nakamise"
DISK_FULL = ("No space left on device", "Disk quota exceeded", "File too large", "File size limit exceeded")
SYNCFS_SINCE = 17
SCRAM_ITERATIONS_SINCE = 16


class DataFolder:
    """A folder of ours: `cluster` (PostgreSQL's own files), `password`, `postgres.log` and `lock`.

    `cluster` is a symbolic link when PostgreSQL's account cannot enter our folder (root's home).
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.log = self.path / "postgres.log"
        self._password = self.path / "password"
        self._link = self.path / "cluster"
        self._lock: int | None = None

    @property
    def cluster(self) -> Path:
        """The data directory with links resolved, as the server itself names it."""
        return self._link.resolve()

    def lock(self) -> None:
        """Take the folder for this process, until `unlock` or our death.

        Raises:
            EmbeddedError: it cannot be made or written, or another process holds it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmbeddedError(
                f"The data folder {self.path} cannot be used: {error.strerror}.",
                "Choose another folder with NAKAMISE_DATA.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise EmbeddedError(
                f"The data folder {self.path} is in use by another running Nakamise.",
                "Stop that one first, or choose another folder with NAKAMISE_DATA.",
            ) from None
        self._lock = descriptor

    def unlock(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def major(self) -> int | None:
        """The PostgreSQL version that wrote the cluster, or `None` before the first start.

        Raises:
            EmbeddedError: the folder is damaged.
        """
        if not self._link.is_symlink() and not self._link.exists():
            return None
        try:
            version = int((self.cluster / "PG_VERSION").read_text())
            if not (self.cluster / "global" / "pg_control").is_file():
                raise FileNotFoundError("pg_control")
        except (OSError, ValueError) as error:
            raise self._damaged() from error
        return version

    def password(self) -> str:
        """The database password.

        Raises:
            EmbeddedError: the file is gone.
        """
        try:
            return self._password.read_text()
        except OSError as error:
            raise self._damaged() from error

    def create(self, binaries: Binaries, account: Account, *, durable: bool) -> None:
        """Make the cluster; a crash half way leaves only a draft that the next call clears.

        Raises:
            EmbeddedError: initdb failed, for instance on a full disk.
        """
        home = self._home(account)
        draft = home / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        account.own(draft)
        password = secrets.token_hex(16)
        secret = home / "cluster.secret"
        try:
            write_private(secret, password)
            account.own(secret)
            _initdb(binaries, account, draft, secret, durable=durable)
        finally:
            secret.unlink(missing_ok=True)
        write_private(self._password, password)
        draft.rename(home / "cluster")
        if home != self.path:
            self._link.symlink_to(home / "cluster")

    def remove(self) -> None:
        """Delete everything, wherever it lies."""
        if self._link.is_symlink() and self.cluster.parent.parent == OPEN_ROOT:
            shutil.rmtree(self.cluster.parent, ignore_errors=True)
        shutil.rmtree(self.path, ignore_errors=True)

    def _home(self, account: Account) -> Path:
        if account.uid is None:
            return self.path
        self.path.chmod(self.path.stat().st_mode | 0o111)
        if account.can_enter(self.path):
            return self.path
        home = Path(tempfile.mkdtemp(dir=open_root(), prefix="postgres-"))
        home.chmod(0o711)
        return home

    def _damaged(self) -> EmbeddedError:
        return EmbeddedError(
            f"The database in {self.path} is damaged or incomplete.",
            "Restore the folder from a backup, or move it away to start with an empty database.",
        )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def failure(what: str, output: str, log: Path | None = None) -> EmbeddedError:
    """The error for a PostgreSQL program that failed with this output."""
    if any(text in output for text in DISK_FULL):
        return EmbeddedError(
            "There is no room left on the disk for the database.",
            "Free some space, or choose a folder on another disk with NAKAMISE_DATA.",
        )
    lines = [
        line for line in output.splitlines() if any(word in line for word in ("FATAL", "PANIC", "error:"))
    ]
    reason = lines[-1].strip() if lines else "it gave no reason"
    hint = f"The whole log is in {log}." if log else "Check the data folder (NAKAMISE_DATA)."
    return EmbeddedError(f"{what}: {reason}.", hint)


def _initdb(binaries: Binaries, account: Account, target: Path, secret: Path, *, durable: bool) -> None:
    command = [str(binaries.folder / "initdb"), "-D", str(target), "-U", SUPERUSER, "-A", "scram-sha-256"]
    command += [f"--pwfile={secret}", "-E", "UTF8", *binaries.locale_options()]
    if not durable:
        command.append("--no-sync")
        if binaries.major >= SCRAM_ITERATIONS_SINCE:
            # Also for roles made later. 4,096 rounds are half of what a new connection costs who connects.
            command += ["-c", "scram_iterations=1"]
    elif binaries.major >= SYNCFS_SINCE:
        command.append("--sync-method=syncfs")
    result = subprocess.run(command, capture_output=True, text=True, check=False, **account.process_options())
    if result.returncode != 0:
        raise failure("The database could not be created", result.stderr + result.stdout)
