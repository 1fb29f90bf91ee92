"""Secrets at rest: AES-256-GCM, bound to tenant and owner, so that a copied row opens nowhere else."""

from __future__ import annotations

import os
import uuid
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nakamise.auth.keys import derive_key

# First byte of every sealed value: which key it was made with.
_KEY_ID: Final = b"\x01"
_NONCE_BYTES: Final = 12


class Sealer:
    """``purpose`` gives the key; the owner's id is authenticated with it."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._secret = secret
        self._purpose = purpose

    def seal(self, tenant_id: uuid.UUID, owner_id: uuid.UUID, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return (
            _KEY_ID + nonce + self._cipher(tenant_id).encrypt(nonce, plain, tenant_id.bytes + owner_id.bytes)
        )

    def open(self, tenant_id: uuid.UUID, owner_id: uuid.UUID, sealed: bytes) -> bytes:
        """Raises cryptography.exceptions.InvalidTag when the value was made for another tenant or owner."""
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        return self._cipher(tenant_id).decrypt(nonce, text, tenant_id.bytes + owner_id.bytes)

    def _cipher(self, tenant_id: uuid.UUID) -> AESGCM:
        return AESGCM(derive_key(self._secret, self._purpose, tenant_id))
