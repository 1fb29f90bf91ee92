"""Host header → the key of the directory.

Only the ``Host`` header of the scope counts, never X-Forwarded-Host. Two of them are an attack on
whatever stands in front of us; spellings that no browser sends are refused rather than repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import idna

from nakamise.errors import NakamiseError

_PORT: Final = re.compile(rb":[0-9]{0,5}\Z")
# What may stand in a host once it is ASCII: no userinfo, path, brackets, spaces or percent signs.
_ASCII_HOST: Final = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z")
_LENGTH_MAX: Final = 253


class HostRefused(NakamiseError):
    """The request is answered with ``status`` before anything else looks at it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def host_of(scope: Mapping[str, Any]) -> str:
    """The normalised host of an HTTP or WebSocket scope. Raises HostRefused (400)."""
    return host_in(scope["headers"])


def host_in(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Raises HostRefused (400)."""
    found = [value for name, value in headers if name.lower() == b"host"]
    if len(found) != 1:
        raise HostRefused(400, "A request needs exactly one Host header.")
    raw = _PORT.sub(b"", found[0])
    try:
        # RFC 9110 leaves bytes beyond ASCII undefined; browsers send punycode, some clients UTF-8.
        return normal_host(raw.decode("utf-8"))
    except ValueError as error:
        raise HostRefused(400, "The Host header cannot be understood.") from error


def normal_host(text: str) -> str:
    """Lower case, one final dot dropped, IDNA 2008 in ASCII form; no port. Raises ValueError."""
    name = text.lower().removesuffix(".")
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    if len(name) > _LENGTH_MAX or _ASCII_HOST.match(name) is None:
        raise ValueError(f"not a host name: {text!r}")
    return name
