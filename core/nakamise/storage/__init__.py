"""Objects by key: pictures, exports, archives. On local disk, or in an S3 bucket."""

from nakamise.storage.backend import open_store
from nakamise.storage.keys import InvalidKey, belongs_to, is_private, new_key
from nakamise.storage.local import LocalStore
from nakamise.storage.media import media_route
from nakamise.storage.s3 import S3Address, S3Away, S3Store
from nakamise.storage.signing import UrlSigner
from nakamise.storage.store import ObjectMissing, ObjectStore, StorageFull, StoredObject

__all__ = [
    "InvalidKey",
    "LocalStore",
    "ObjectMissing",
    "ObjectStore",
    "S3Address",
    "S3Away",
    "S3Store",
    "StorageFull",
    "StoredObject",
    "UrlSigner",
    "belongs_to",
    "is_private",
    "media_route",
    "new_key",
    "open_store",
]
