"""How many connections one process takes, and one client."""

from __future__ import annotations

import ipaddress
import resource
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from nakamise.errors import TooMany, Unavailable
from nakamise.ui.i18n import N_

# Also bounded by what the process may open: see ``listeners_max``.
LISTENERS_MAX: Final = 10_000
# The shop's own requests, the database, files.
OTHER_FILES: Final = 600
# What is left of a full process for everybody else's tenants.
TENANT_SHARE: Final = 0.8
# A phone network or an office shares one address among many viewers.
NETWORK_MAX: Final = 500
# More tabs than anybody watches; a browser opens six connections to a host.
PERSON_MAX: Final = 12
RETRY_AFTER_S: Final = 10


def listeners_max() -> int:
    """Each holds a socket: however many come, some are left for everything else."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return LISTENERS_MAX if files < 0 else max(0, min(LISTENERS_MAX, files - OTHER_FILES))


class Doors:
    """``most``: how many listeners at once."""

    def __init__(self, most: int | None = None) -> None:
        self._most = listeners_max() if most is None else most
        self._inside: Counter[str | bytes | uuid.UUID] = Counter()
        self._total = 0

    @contextmanager
    def passed(self, tenant_id: uuid.UUID, address: str, person: bytes) -> Iterator[None]:
        """``person`` is a digest of who it is, ``address`` the client's.

        Raises Unavailable when the process is full, or one tenant's share of it; TooMany for one client's excess.
        """
        network = network_of(address)
        if self._total >= self._most or self._inside[tenant_id] >= self._most * TENANT_SHARE:
            raise Unavailable(N_("Too many pages are open at the moment."))
        if self._inside[network] >= NETWORK_MAX or self._inside[person] >= PERSON_MAX:
            raise TooMany(RETRY_AFTER_S, N_("Too many pages are open here. Please close one."))
        everybody = (tenant_id, network, person)
        self._total += 1
        self._inside.update(everybody)
        try:
            yield
        finally:
            self._total -= 1
            self._leave(everybody)

    def _leave(self, everybody: Iterable[str | bytes | uuid.UUID]) -> None:
        for one in everybody:
            self._inside[one] -= 1
            if not self._inside[one]:
                del self._inside[one]


def network_of(address: str) -> str:
    """The /64 of an IPv6 address, which one person can change at will; an IPv4 address as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))
