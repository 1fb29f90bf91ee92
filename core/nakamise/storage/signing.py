"""Signed URLs: who holds one may read one object until a moment."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from nakamise.clock import Clock, SystemClock

MAX_EXPIRY_S: Final = 7 * 24 * 3600
_MIN_SECRET_BYTES: Final = 32


class UrlSigner:
    """HMAC-SHA256 over the key and the expiry. The key begins with the schema, so it binds the tenant too."""

    def __init__(self, secret: bytes, clock: Clock | None = None) -> None:
        if len(secret) < _MIN_SECRET_BYTES:
            raise ValueError(f"the signing secret needs {_MIN_SECRET_BYTES} bytes")
        # A key of its own, so that no other signature made with the secret passes here.
        self._key = hmac.digest(secret, b"storage-url", "sha256")
        self._clock = clock or SystemClock()

    def query(self, key: str, expires_s: int) -> str:
        """``expires=…&signature=…``. Raises ValueError unless 1 <= expires_s <= 604,800."""
        if not 1 <= expires_s <= MAX_EXPIRY_S:
            raise ValueError(f"expires_s must be 1 to {MAX_EXPIRY_S}")
        expires = str(self._now() + expires_s)
        return f"expires={expires}&signature={self._sign(key, expires)}"

    def verify(self, key: str, expires: str, signature: str) -> bool:
        """Both texts come from the URL and may be anything."""
        expected = self._sign(key, expires).encode()
        genuine = hmac.compare_digest(expected, signature.encode("utf-8", "surrogatepass"))
        return genuine and int(expires) > self._now()

    def _sign(self, key: str, expires: str) -> str:
        message = f"{key}\n{expires}".encode("utf-8", "surrogatepass")
        digest = hmac.new(self._key, message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
