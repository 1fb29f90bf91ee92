"""Signatures after the Standard Webhooks specification 1.0 (symmetric, ``v1``)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import uuid
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
# Says nothing of what we are.
_AGENT: Final = "webhooks/1.0"


def new_secret() -> str:
    return PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def message_id(event_id: uuid.UUID) -> str:
    """What receivers deduplicate by."""
    return f"msg_{event_id.hex}"


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(event_id: uuid.UUID, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """``timestamp`` in seconds since 1970; one signature for each of ``secrets``."""
    name = message_id(event_id)
    return {
        "content-type": "application/json",
        "user-agent": _AGENT,
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, name, timestamp, body) for secret in secrets),
    }
