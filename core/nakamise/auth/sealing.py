"""Secrets at rest: AES-256-GCM, bound to tenant and owner, so that a copied row opens nowhere else."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nakamise.auth.keys import derive_key

# First byte of every sealed value: how it was made.
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12


class Sealer:
    """``purpose`` gives the key; the owner's id is authenticated with it.

    ``secret`` seals; ``old_secrets`` only open.
    """

    def __init__(self, secret: bytes, purpose: str, old_secrets: Sequence[bytes] = ()) -> None:
        self._secret = secret
        self._old_secrets = tuple(old_secrets)
        self._purpose = purpose

    def seal(self, tenant_id: uuid.UUID, owner_id: uuid.UUID, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._cipher(self._secret, tenant_id)
        return _VERSION + nonce + cipher.encrypt(nonce, plain, tenant_id.bytes + owner_id.bytes)

    def open(self, tenant_id: uuid.UUID, owner_id: uuid.UUID, sealed: bytes) -> bytes:
        """Raises cryptography.exceptions.InvalidTag for a value of another tenant or owner, or of no known secret."""
        for secret in (self._secret, *self._old_secrets):
            plain = self._opened(secret, tenant_id, owner_id, sealed)
            if plain is not None:
                return plain
        raise InvalidTag

    def is_current(self, tenant_id: uuid.UUID, owner_id: uuid.UUID, sealed: bytes) -> bool:
        """False: seal it anew, for its secret is on its way out, or it does not open at all."""
        return self._opened(self._secret, tenant_id, owner_id, sealed) is not None

    def _opened(
        self, secret: bytes, tenant_id: uuid.UUID, owner_id: uuid.UUID, sealed: bytes
    ) -> bytes | None:
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher(secret, tenant_id).decrypt(nonce, text, tenant_id.bytes + owner_id.bytes)
        except InvalidTag:
            return None

    def _cipher(self, secret: bytes, tenant_id: uuid.UUID) -> AESGCM:
        return AESGCM(derive_key(secret, self._purpose, tenant_id))
