"""Who uses a worker, and when nobody does any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

_LOOK_S: Final = 0.25
# Somebody watches: whoever kept the worker is likely to be started again.
_WITH_SESSIONS: Final = 10


class Company:
    """The control connections of a worker that ends with the last of its users."""

    def __init__(self) -> None:
        self._count = 0
        self._since = time.monotonic()
        self._bye = False

    def came(self) -> None:
        self._count += 1
        self._bye = False

    def went(self) -> None:
        self._count -= 1
        self._since = time.monotonic()
        if self._count:
            # Whoever is still here may yet be killed without a word.
            self._bye = False

    def say_bye(self) -> None:
        """One of them will not come back."""
        self._bye = True

    async def deserted(self, linger: float, has_sessions: Callable[[], bool]) -> None:
        """Returns when nobody has been there for ``linger`` seconds, ten times as many with sessions, or when the
        last one has said goodbye."""
        while not self._is_over(linger * (_WITH_SESSIONS if has_sessions() else 1)):  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(_LOOK_S)

    def _is_over(self, patience: float) -> bool:
        if self._count:
            return False
        return self._bye or time.monotonic() - self._since > patience
