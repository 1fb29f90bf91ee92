"""Passwords: argon2id outside the event loop, and the rules for a new one.

Parameters are OWASP's (Password Storage Cheat Sheet: 19 MiB, t=2, p=1); the library's default of 64 MiB
would need 3.2 GB for 50 logins at once.
"""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nakamise.errors import FieldError
from nakamise.ui.i18n import N_

MIN_LENGTH: Final = 8
ADVISED_LENGTH: Final = 15
MAX_BYTES: Final = 256
_AT_ONCE: Final = 4


class Passwords:
    """``hash`` and ``verify`` take about 40 ms of a thread each; at most four run at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._nobodys_hash = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, normalise(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` matches; ``stored`` None (no such user) takes the same time and is False."""
        async with self._slots:
            matches = await asyncio.to_thread(self._matches, stored or self._nobodys_hash, password)
        return matches and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Made with other parameters than today's: hash again while the password is at hand."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        if len(password) > MAX_BYTES:
            return False
        try:
            return self._hasher.verify(stored, normalise(password))
        except (VerificationError, InvalidHashError):
            return False


def normalise(password: str) -> str:
    """NFKC and trimmed: the same keys give the same password on every device (NIST SP 800-63B §3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).strip()


def fault_of_new(password: str, *, forbidden: tuple[str, ...] = ()) -> FieldError | None:
    """Why ``password`` may not be chosen; ``forbidden`` are the user's own name and address."""
    if len(password.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return FieldError(N_("This password is too long."))
    folded = normalise(password).casefold()
    if len(folded) < MIN_LENGTH:
        return FieldError(N_("Please use at least %(n)s characters."), n=MIN_LENGTH)
    if folded in common_passwords() or len(set(folded)) == 1:
        return FieldError(N_("This password is too easy to guess."))
    if folded in {word.casefold() for word in forbidden if word}:
        return FieldError(N_("Please do not use your name or e-mail address as the password."))
    return None


@cache
def common_passwords() -> frozenset[str]:
    text = files("nakamise.auth").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip())
