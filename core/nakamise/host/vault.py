"""Secrets of plugins at rest: AES-256-GCM, bound to tenant, plugin and place.

A sealed value is ``v1.<key id>.<base64url of nonce and ciphertext>``. The key is the tenant's, derived from the
installation's secret; the place (a settings field, or what a plugin names) is authenticated with it, so that a
value copied to another tenant, plugin or field does not open. With old secrets at hand, values that were
sealed under them still open, and ``is_current`` says what should be sealed anew.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import os
import uuid
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nakamise.auth.keys import derive_key
from nakamise.errors import Unsealable

PURPOSE: Final = "plugin-vault"
_VERSION: Final = "v1"
_NONCE_BYTES: Final = 12
_KEY_ID_CHARS: Final = 8


class Vault:
    """``secret`` seals; ``old_secrets`` only open."""

    def __init__(self, secret: bytes, old_secrets: Sequence[bytes] = ()) -> None:
        self._secrets = {_key_id(one): one for one in (*old_secrets, secret)}
        self._current = _key_id(secret)

    def seal(self, tenant_id: uuid.UUID, place: str, plain: str) -> str:
        """``place`` names where it will stand, beginning with the plugin's id."""
        nonce = os.urandom(_NONCE_BYTES)
        cipher = AESGCM(derive_key(self._secrets[self._current], PURPOSE, tenant_id))
        text = cipher.encrypt(nonce, plain.encode(), _bound_to(tenant_id, place))
        return f"{_VERSION}.{self._current}.{base64.urlsafe_b64encode(nonce + text).decode()}"

    def unseal(self, tenant_id: uuid.UUID, place: str, sealed: str) -> str:
        """Raises Unsealable."""
        version, key_id, packed = _parts(sealed)
        secret = self._secrets.get(key_id)
        if version != _VERSION or secret is None:
            raise Unsealable(f"{place}: sealed under a key that is not here")
        try:
            data = base64.urlsafe_b64decode(packed)
            cipher = AESGCM(derive_key(secret, PURPOSE, tenant_id))
            plain = cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound_to(tenant_id, place))
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise Unsealable(f"{place}: sealed for another place, or damaged") from error
        return plain.decode()

    def is_current(self, sealed: str) -> bool:
        """False: seal it anew, for its key is on its way out."""
        return _parts(sealed)[1] == self._current


@functools.lru_cache
def _key_id(secret: bytes) -> str:
    return hashlib.sha256(b"nakamise/key-id/" + secret).hexdigest()[:_KEY_ID_CHARS]


def _parts(sealed: str) -> tuple[str, str, str]:
    version, _, rest = sealed.partition(".")
    key_id, _, packed = rest.partition(".")
    return version, key_id, packed


def _bound_to(tenant_id: uuid.UUID, place: str) -> bytes:
    return tenant_id.bytes + place.encode()
