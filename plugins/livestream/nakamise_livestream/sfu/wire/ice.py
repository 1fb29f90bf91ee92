"""The lite agent's credentials."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

_UFRAG_BYTES: Final = 8
_PASSWORD_BYTES: Final = 24


class Credentials(msgspec.Struct, frozen=True):
    """``ice-ufrag`` and ``ice-pwd`` (RFC 8839 §5.4): letters and digits only."""

    ufrag: str
    password: str

    @classmethod
    def fresh(cls) -> Credentials:
        return cls(secrets.token_hex(_UFRAG_BYTES), secrets.token_hex(_PASSWORD_BYTES))
