"""How many connections one process takes, and one client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from nakamise.errors import TooMany, Unavailable
from nakamise.ui.i18n import N_

LISTENERS_MAX: Final = 10_000
# A phone network or an office shares one address among many viewers.
ADDRESS_MAX: Final = 500
# More tabs than anybody watches; a browser opens six connections to a host.
PERSON_MAX: Final = 12
RETRY_AFTER_S: Final = 10


class Doors:
    """``person`` is a digest of who it is, ``address`` the client's."""

    def __init__(self) -> None:
        self._inside: Counter[str | bytes] = Counter()
        self._total = 0

    @contextmanager
    def passed(self, address: str, person: bytes) -> Iterator[None]:
        """Raises Unavailable when the process is full, TooMany for one client's excess."""
        if self._total >= LISTENERS_MAX:
            raise Unavailable(N_("Too many pages are open at the moment."))
        if self._inside[address] >= ADDRESS_MAX or self._inside[person] >= PERSON_MAX:
            raise TooMany(RETRY_AFTER_S, N_("Too many pages are open here. Please close one."))
        self._total += 1
        self._inside.update((address, person))
        try:
            yield
        finally:
            self._total -= 1
            self._leave(address)
            self._leave(person)

    def _leave(self, one: str | bytes) -> None:
        self._inside[one] -= 1
        if not self._inside[one]:
            del self._inside[one]
