"""Identifiers."""

from __future__ import annotations

import base64
import os
import re
import secrets
import time
import uuid
from typing import Final

SCHEMA_PATTERN: Final = re.compile(r"t_[a-z2-7]{13}\Z")


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562 §5.7): its index pages stay warm, its value is not a secret."""
    value = bytearray(int(time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10))
    value[6] = value[6] & 0x0F | 0x70
    value[8] = value[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(value))


def new_schema_name() -> str:
    """``t_`` and 13 base32 characters: never from user text, always far below PostgreSQL's 63 bytes."""
    return "t_" + base64.b32encode(os.urandom(9)).decode().lower()[:13]


def check_schema_name(name: str) -> str:
    """Return ``name``, or raise ValueError: the only gate through which a schema name reaches SQL text."""
    if SCHEMA_PATTERN.match(name) is None:
        raise ValueError(f"not a tenant schema name: {name!r}")
    return name


def new_token(bytes_: int = 32) -> str:
    """A URL-safe secret of ``bytes_`` random bytes."""
    return secrets.token_urlsafe(bytes_)
