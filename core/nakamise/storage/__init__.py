"""Objects by key: pictures, exports, archives. Local disk now; the protocol fits an S3 client."""

from nakamise.storage.keys import InvalidKey, belongs_to, is_private, new_key
from nakamise.storage.local import LocalStore
from nakamise.storage.media import media_route
from nakamise.storage.signing import UrlSigner
from nakamise.storage.store import ObjectMissing, ObjectStore, StorageFull, StoredObject

__all__ = [
    "InvalidKey",
    "LocalStore",
    "ObjectMissing",
    "ObjectStore",
    "StorageFull",
    "StoredObject",
    "UrlSigner",
    "belongs_to",
    "is_private",
    "media_route",
    "new_key",
]
