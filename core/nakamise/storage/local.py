"""Objects as files of one folder."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

from nakamise.ids import check_schema_name
from nakamise.storage.keys import check_key, content_type_of
from nakamise.storage.signing import UrlSigner
from nakamise.storage.store import ObjectMissing, StorageFull, StoredObject, object_url

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNFINISHED: Final = ".unfinished"


class LocalStore:
    """An ObjectStore below ``root``; created on first use, readable by this user only.

    ``signer`` also verifies the signed URLs, see `media_route`.
    """

    def __init__(self, root: Path, secret: bytes) -> None:
        self._root = root
        self.signer = UrlSigner(secret)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        if content_type != content_type_of(key):
            raise ValueError(f"{content_type} is not what {key!r} holds")
        try:
            await asyncio.to_thread(self._write, self._path(key), data)
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull from error
            raise

    async def get(self, key: str) -> StoredObject:
        path = self._path(key)
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise ObjectMissing from None
        etag = hashlib.blake2b(data, digest_size=16).hexdigest()
        return StoredObject(data, content_type_of(key), etag)

    async def delete(self, key: str) -> None:
        path = self._path(key)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def keys(self, schema: str) -> list[str]:
        return await asyncio.to_thread(self._list, check_schema_name(schema))

    def url(self, key: str, *, expires_s: int | None = None) -> str:
        return object_url(key, self.signer, expires_s)

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._root / key

    def _list(self, schema: str) -> list[str]:
        found = (path for path in (self._root / schema).rglob("*") if path.is_file())
        return sorted(path.relative_to(self._root).as_posix() for path in found)

    def _write(self, path: Path, data: bytes) -> None:
        """Rename is atomic only inside one file system, hence a scratch folder below the root."""
        unfinished = self._root / _UNFINISHED
        unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=unfinished)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
