"""Objects in an S3 bucket, read and written through ``minio``.

That takes a fifth of a second to import, so it is imported where an installation has a bucket.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from nakamise.errors import Unavailable
from nakamise.ids import check_schema_name
from nakamise.settings import SettingsError
from nakamise.storage.keys import check_key, content_type_of
from nakamise.storage.signing import UrlSigner
from nakamise.storage.store import ObjectMissing, StorageFull, StoredObject, object_url
from nakamise.ui.i18n import N_

T = TypeVar("T")

CONNECT_S: Final = 5.0
READ_S: Final = 30.0
CONNECTIONS: Final = 16
# "Insufficient Storage" (RFC 4918), and how servers of this kind name it.
_FULL_STATUS: Final = 507
_FULL_CODES: Final = frozenset({"XMinioStorageFull", "QuotaExceeded", "StorageFull"})
_MISSING_CODES: Final = frozenset({"NoSuchKey", "NoSuchObject"})


class S3Away(Unavailable):
    """The object store does not answer, or refuses our keys."""

    default_code = "storage_away"

    def __init__(self) -> None:
        super().__init__(N_("Files cannot be reached at the moment. Please try again later."))


class S3Address(msgspec.Struct, frozen=True, kw_only=True):
    """``endpoint`` is host[:port]."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str
    secure: bool

    @classmethod
    def parse(cls, url: str) -> S3Address:
        """``https://KEY:SECRET@host[:port]/bucket?region=us-east-1``. Raises SettingsError."""
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        if parts.scheme not in ("http", "https") or not (parts.username and parts.password and bucket):
            raise SettingsError("NAKAMISE_S3_URL: use https://KEY:SECRET@host/bucket?region=NAME.")
        return cls(
            endpoint=parts.netloc.rpartition("@")[2],
            bucket=bucket,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
            # Named always, so that signing needs no question to the server.
            region=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            secure=parts.scheme == "https",
        )


class S3Store:
    """An ObjectStore in one bucket, which exists already.

    Objects are read through `media_route`, which knows the tenant; the bucket itself stays private.
    ``minio`` blocks, so every call runs in a thread.
    """

    def __init__(self, address: S3Address, secret: bytes) -> None:
        import urllib3
        from minio import Minio

        self.signer = UrlSigner(secret)
        self._bucket = address.bucket
        self._client = Minio(
            address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key,
            region=address.region,
            secure=address.secure,
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S), maxsize=CONNECTIONS, retries=False
            ),
        )

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        if content_type != content_type_of(key):
            raise ValueError(f"{content_type} is not what {key!r} holds")
        await self._call(
            lambda: self._client.put_object(self._bucket, key, io.BytesIO(data), len(data), content_type)
        )

    async def get(self, key: str) -> StoredObject:
        check_key(key)
        return await self._call(lambda: self._read(key))

    async def delete(self, key: str) -> None:
        check_key(key)
        await self._call(lambda: self._client.remove_object(self._bucket, key))

    async def keys(self, schema: str) -> list[str]:
        prefix = f"{check_schema_name(schema)}/"
        return await self._call(lambda: self._list(prefix))

    def url(self, key: str, *, expires_s: int | None = None) -> str:
        return object_url(key, self.signer, expires_s)

    def _read(self, key: str) -> StoredObject:
        answer = self._client.get_object(self._bucket, key)
        try:
            return StoredObject(answer.read(), content_type_of(key), answer.headers["ETag"].strip('"'))
        finally:
            answer.close()
            answer.release_conn()

    def _list(self, prefix: str) -> list[str]:
        found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
        return sorted(item.object_name for item in found if item.object_name is not None)

    async def _call(self, act: Callable[[], T]) -> T:
        import urllib3
        from minio.error import S3Error

        try:
            return await asyncio.to_thread(act)
        except S3Error as error:
            if error.code in _MISSING_CODES:
                raise ObjectMissing from None
            if error.code in _FULL_CODES or error.response.status == _FULL_STATUS:
                raise StorageFull from error
            raise S3Away from error
        except urllib3.exceptions.HTTPError as error:
            raise S3Away from error
