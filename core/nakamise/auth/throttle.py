"""Brakes against guessing: token buckets in PostgreSQL, so that every process counts the same tries.

A bucket refills evenly, so nobody is locked out for good. A try is paid for before it is judged: parallel
guesses cannot slip through between reading and writing.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import TooMany


class Limit(msgspec.Struct, frozen=True):
    """``capacity`` tries at once, as many again in every ``per_s`` seconds."""

    name: str
    capacity: int
    per_s: int

    @property
    def rate(self) -> float:
        return self.capacity / self.per_s


_QUARTER: Final = 15 * 60
# Longer than any bucket takes to fill up.
_FULL_AFTER: Final = timedelta(hours=1)
# One person's mistakes; a whole account from everywhere; a network that tries many accounts; the site.
LOGIN_PERSON: Final = Limit("login-person", 5, _QUARTER)
LOGIN_ACCOUNT: Final = Limit("login-account", 20, _QUARTER)
LOGIN_NETWORK: Final = Limit("login-network", 100, _QUARTER)
LOGIN_SITE: Final = Limit("login-site", 1000, 60)
SECOND_FACTOR: Final = Limit("second-factor", 5, _QUARTER)
PASSWORD_AGAIN: Final = Limit("password-again", 5, _QUARTER)
MAIL_ADDRESS: Final = Limit("mail-address", 3, _QUARTER)
MAIL_NETWORK: Final = Limit("mail-network", 30, _QUARTER)
REGISTER_NETWORK: Final = Limit("register-network", 30, _QUARTER)
POSTAL_NETWORK: Final = Limit("postal-network", 120, 60)

_TAKE: Final = """
INSERT INTO core_rate_bucket AS b (key, tokens, updated_at) VALUES ($1, $2::float8 - 1, $4)
ON CONFLICT (key) DO UPDATE
SET tokens = least($2::float8, b.tokens + greatest(0, extract(epoch FROM $4 - b.updated_at)) * $3::float8) - 1,
    updated_at = greatest(b.updated_at, $4)
WHERE least($2::float8, b.tokens + greatest(0, extract(epoch FROM $4 - b.updated_at)) * $3::float8) >= 1
RETURNING tokens
"""


async def take(tx: Tx, limit: Limit, subject: str, now: datetime) -> None:
    """Use one try of ``subject`` (an account, a network). Raises TooMany when none is left."""
    left = await tx.value(_TAKE, _key(limit, subject), limit.capacity, limit.rate, now)
    if left is None:
        raise TooMany(math.ceil(1 / limit.rate))


async def give_back(tx: Tx, limit: Limit, subject: str) -> None:
    """The try was not a guess: it does not count."""
    await tx.execute(
        "UPDATE core_rate_bucket SET tokens = least($2::float8, tokens + 1) WHERE key = $1",
        _key(limit, subject),
        limit.capacity,
    )


async def forget_full_buckets(tx: Tx, now: datetime) -> int:
    """Rows that hold no memory any more."""
    return await tx.execute("DELETE FROM core_rate_bucket WHERE updated_at < $1", now - _FULL_AFTER)


def network_of(client: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: what one person can change at will."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    bits = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def _key(limit: Limit, subject: str) -> str:
    # Hashed, so that the table is no list of addresses that somebody typed.
    return f"{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"
