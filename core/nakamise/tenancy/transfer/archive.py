"""The file: a zip archive whose last member, ``manifest.json``, has the SHA-256 of every other one.

    manifest.json            see Manifest
    tenant.json              the tenant's row, hosts, plugin switches and settings (secrets taken out)
    tables/<name>.copy       one table, COPY text
    shared/job.copy          jobs that wait; shared/control_audit.copy: what was done to the tenant
    files/<object key>       one stored object
    secrets.bin              only with a passphrase, see secrets.py

Written and read as a stream: memory does not grow with the tenant. Deflate level 1 for what is text; stored
objects are compressed by nature.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from nakamise.tenancy.transfer.errors import ArchiveDamaged
from nakamise.tenancy.transfer.tables import SequenceState

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CHUNK: Final = 256 * 1024
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError)
# The oldest moment that a zip archive can name: equal tenants give equal members.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


class Member(msgspec.Struct, frozen=True):
    """``size`` in bytes."""

    size: int
    sha256: str


class TablePart(msgspec.Struct, frozen=True):
    name: str
    plugin: str
    columns: tuple[str, ...]
    rows: int


class PluginPart(msgspec.Struct, frozen=True):
    """``migrations`` maps revision to the SHA-256 of its file; ``version`` is "" when it was not installed."""

    version: str
    is_on: bool
    requires: tuple[str, ...]
    migrations: dict[int, str]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``plugins`` has ``core`` too. ``secret_settings``: who has some. ``missing_files``: keys listed at the source whose object had gone."""

    format: int
    product: str
    exported_at: datetime
    tenant_id: uuid.UUID
    slug: str
    name: str
    state: str
    agency: str
    base_domain: str
    plugins: dict[str, PluginPart]
    tables: tuple[TablePart, ...]
    sequences: dict[str, SequenceState]
    has_secrets: bool
    secret_settings: tuple[str, ...]
    missing_files: tuple[str, ...]
    members: dict[str, Member]

    @property
    def size(self) -> int:
        return sum(member.size for member in self.members.values())


class Meter:
    """Writes through, counts and hashes."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        self._write(data)
        self._hash.update(data)
        self._size += len(data)

    def member(self) -> Member:
        return Member(self._size, self._hash.hexdigest())


class ArchiveWriter:
    """Appears under its name when it is complete, readable by this user only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.members: dict[str, Member] = {}

    @contextlib.contextmanager
    def member(self, name: str, *, packed: bool = True) -> Iterator[Meter]:
        info = zipfile.ZipInfo(name, _NO_TIME)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as out:
            meter = Meter(out.write)
            yield meter
        self.members[name] = meter.member()

    def put(self, name: str, data: bytes, *, packed: bool = True) -> None:
        with self.member(name, packed=packed) as meter:
            meter.write(data)

    def finish(self, manifest: Manifest) -> int:
        """The file's size in bytes."""
        self._zip.writestr(zipfile.ZipInfo(MANIFEST, _NO_TIME), msgspec.json.encode(manifest))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._path)
        return self._path.stat().st_size

    def abandon(self) -> None:
        """Leaves no file; after ``finish`` it does nothing."""
        if not self._file.closed:
            # Closing writes the list of members, for which a full disk has no room.
            with contextlib.suppress(OSError):
                self._zip.close()
            with contextlib.suppress(OSError):
                self._file.close()
            self._part.unlink(missing_ok=True)


class ArchiveReader:
    """Raises ArchiveDamaged for what is no archive of ours, here and in every method."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = msgspec.json.decode(self._zip.read(MANIFEST), type=Manifest)
        except (*_BROKEN, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ArchiveDamaged(f"{path}: this is no complete export: {error}") from error
        self._path = path

    def verify(self, progress: Callable[[int], None]) -> None:
        """Every byte against the manifest; ``progress`` gets the number of bytes looked at."""
        if self.manifest.format != FORMAT:
            raise ArchiveDamaged(
                f"{self._path}: format {self.manifest.format} is not known here (known: {FORMAT})."
            )
        if {*self._zip.namelist()} != {*self.manifest.members, MANIFEST}:
            raise ArchiveDamaged(f"{self._path}: its members are not those that its manifest names.")
        seen = 0
        for name, expected in self.manifest.members.items():
            meter = Meter(lambda _: None)
            for chunk in self.chunks(name):
                meter.write(chunk)
                seen += len(chunk)
                progress(seen)
            if meter.member() != expected:
                raise ArchiveDamaged(f"{self._path}: {name} was changed after the export.")

    def chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(CHUNK):
                    yield chunk
        except _BROKEN as error:
            raise ArchiveDamaged(f"{self._path}: {name} cannot be read: {error}") from error

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))

    def close(self) -> None:
        self._zip.close()
