"""What an object store is, whatever holds the bytes."""

from __future__ import annotations

from typing import Protocol

import msgspec

from nakamise.errors import NotFound, Unavailable
from nakamise.storage.keys import is_private
from nakamise.storage.signing import UrlSigner
from nakamise.ui.i18n import N_


class ObjectMissing(NotFound):
    """No object has this key."""


class StorageFull(Unavailable):
    """The bytes did not fit; nothing of them was kept."""

    default_code = "storage_full"

    def __init__(self) -> None:
        super().__init__(N_("The file could not be saved: the storage is full. Please try again later."))


class StoredObject(msgspec.Struct, frozen=True):
    """``etag`` is opaque and changes with the bytes; it carries no quotes."""

    data: bytes
    content_type: str
    etag: str


class ObjectStore(Protocol):
    """Keys come from `new_key`; every method raises InvalidKey on anything else."""

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store whole or not at all. Raises StorageFull, or ValueError when the type is not the key's."""
        ...

    async def get(self, key: str) -> StoredObject:
        """Raises ObjectMissing."""
        ...

    async def delete(self, key: str) -> None:
        """Deleting what is not there is no error, as in S3."""
        ...

    async def keys(self, schema: str) -> list[str]:
        """Every key of one tenant, sorted. Raises ValueError for what is no schema name."""
        ...

    def url(self, key: str, *, expires_s: int | None = None) -> str:
        """Where a browser reads the object.

        A private object needs ``expires_s`` (seconds, 1 to 604,800, S3's limit), else ValueError.
        """
        ...


def object_url(key: str, signer: UrlSigner, expires_s: int | None) -> str:
    """The path below ``/media/`` for ``ObjectStore.url``; signed when it expires."""
    if is_private(key) and expires_s is None:
        raise ValueError("a private object is read by a URL with an expiry")
    if expires_s is None:
        return f"/media/{key}"
    return f"/media/{key}?{signer.query(key, expires_s)}"
