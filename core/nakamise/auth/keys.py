"""Keys for each tenant and purpose, derived from the installation's one secret."""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES: Final = 32


def derive_key(secret: bytes, purpose: str, tenant_id: uuid.UUID) -> bytes:
    """32 bytes (HKDF-Expand, RFC 5869 §2.3): a key of one tenant or purpose opens nothing of another."""
    root = hashlib.sha256(secret).digest()
    info = b"nakamise/" + purpose.encode() + b"/" + tenant_id.bytes
    return HKDFExpand(SHA256(), KEY_BYTES, info).derive(root)


def token_hash(token: str) -> bytes:
    """What is stored of a random token. SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
