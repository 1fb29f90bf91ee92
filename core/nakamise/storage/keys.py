"""Object keys: ``<schema>/<kind>/<22 random characters>.<ext>``.

The pattern is the whole defence against path traversal: a text that does not match is never a path.
"""

from __future__ import annotations

import re
from typing import Final

from nakamise.ids import check_schema_name, new_token

# A closed list: the extension decides the type, so that a wrong label cannot be stored with an object.
CONTENT_TYPES: Final = {
    "bin": "application/octet-stream",
    "csv": "text/csv",
    "ics": "text/calendar",
    "json": "application/json",
    "m3u8": "application/vnd.apple.mpegurl",
    "m4a": "audio/mp4",
    "m4s": "video/iso.segment",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "webp": "image/webp",
    "zip": "application/zip",
}
_PRIVATE: Final = "private-"
_KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_KEY: Final = re.compile(
    r"(?P<schema>t_[a-z2-7]{13})/(?P<kind>[a-z][a-z0-9-]{0,39})/[A-Za-z0-9_-]{22}\.(?P<ext>[a-z0-9]{1,5})"
)


class InvalidKey(ValueError):
    """The text is not a key that `new_key` could have made."""


def new_key(tenant_schema: str, kind: str, ext: str, *, private: bool = False) -> str:
    """A fresh key with 128 random bits.

    ``kind`` groups a tenant's objects ("avatar", "product"). A private object is served only by a signed
    URL; its key says so (``private-<kind>``), so no caller can forget. Raises ValueError on a bad part.
    """
    check_schema_name(tenant_schema)
    folder = _PRIVATE + kind if private else kind
    if _KIND.fullmatch(folder) is None or (not private and kind.startswith(_PRIVATE)):
        raise InvalidKey(f"not a kind of object: {kind!r}")
    if ext not in CONTENT_TYPES:
        raise InvalidKey(f"not a known file extension: {ext!r}")
    return f"{tenant_schema}/{folder}/{new_token(16)}.{ext}"


def check_key(key: str) -> re.Match[str]:
    """The parts ``schema``, ``kind`` and ``ext`` of ``key``. Raises InvalidKey."""
    match = _KEY.fullmatch(key)
    if match is None or match["ext"] not in CONTENT_TYPES:
        raise InvalidKey("not an object key")
    return match


def belongs_to(key: str, schema: str) -> bool:
    """Whether the tenant with this schema owns the object; False for a text that is no key."""
    try:
        return check_key(key)["schema"] == schema
    except InvalidKey:
        return False


def is_private(key: str) -> bool:
    """Raises InvalidKey."""
    return check_key(key)["kind"].startswith(_PRIVATE)


def content_type_of(key: str) -> str:
    """Raises InvalidKey."""
    return CONTENT_TYPES[check_key(key)["ext"]]
