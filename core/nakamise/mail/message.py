"""A mail as data."""

from __future__ import annotations

import secrets
import time
from typing import Protocol

import msgspec


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one address.

    ``sender_name`` is the tenant's; ``headers`` are further ones, such as List-Unsubscribe. Give a Message-ID
    (`new_message_id`) there and keep it over retries, so that receivers can tell a repetition.
    """

    to: str
    subject: str
    text: str
    sender_name: str
    sender_address: str
    html: str | None = None
    reply_to: str | None = None
    headers: dict[str, str] = {}


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Raises MailRefused (for good) or MailTryLater."""
        ...


def new_message_id(host: str) -> str:
    """``<…@host>``; ``host`` is the tenant's, so that the id names no other system."""
    return f"<{time.time_ns():x}.{secrets.token_hex(8)}@{host}>"
