"""How much of what very many people ask at once a process takes on.

Who would have to wait for long is told to come again before anything is looked up: refusing costs next to nothing
then, so that those inside are served as fast as if nobody else were there. It saves work and decides nothing, and
each process has its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Final

from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import Scope

# So long may be waited inside, by what was done in the last moments.
WAIT_S: Final = 0.5
# Before anything was measured, and never below or above that many at once.
FIRST_PER_S: Final = 100.0
ROOM_MIN: Final = 24
ROOM_MAX: Final = 400
WINDOW_S: Final = 0.25
# How fast the measured pace follows the latest one.
FOLLOWS: Final = 0.3
# Nobody is asked to wait for less or for longer, and whoever comes by then comes before those who are new.
AGAIN_S: Final = 2
AWAY_S: Final = 20
# Waits are told in whole seconds.
EARLY_S: Final = 0.5
KEPT_S: Final = 2.0 * AWAY_S
KEPT_MAX: Final = 10_000


class Bound:
    """Of what one plugin of one tenant does. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.inside = 0
        self.per_s = FIRST_PER_S
        self._done = 0
        self._is_full = False
        self._since = clock()
        self._away: dict[int, float] = {}
        # How many of these came again in this window, and in the one before it.
        self._back = self._back_before = 0

    @property
    def room(self) -> int:
        """As many as are served within ``WAIT_S`` (Little's law)."""
        return min(max(int(self.per_s * WAIT_S), ROOM_MIN), ROOM_MAX)

    def enter(self, who: int) -> int:
        """0: come in, and ``leave`` must follow. Otherwise in how many seconds to come again."""
        now = self._clock()
        self._forget(now)
        if not self.inside and now - self._since >= WINDOW_S:
            # Nobody was served in between: that time says nothing about how many could be.
            self._done, self._is_full, self._since = 0, False, now
            self._back = self._back_before = 0
        since = self._away.pop(who, None)
        # Knocking without a pause is no better than waiting.
        is_back = since is not None and now - since >= AGAIN_S - EARLY_S
        self._back += is_back
        if self.inside < self._room_for(is_back=is_back):
            self.inside += 1
            return 0
        self._is_full = True
        # Once more from now on: whoever keeps coming keeps their right.
        self._away[who] = now
        return self._wait_s()

    def _room_for(self, *, is_back: bool) -> int:
        """Up to half of the room is for those who were sent away, as far as they do come again."""
        room = self.room
        return room if is_back else room - min(self._back + self._back_before, room // 2)

    def _wait_s(self) -> int:
        return min(max(math.ceil((self.inside + len(self._away)) / self.per_s), AGAIN_S), AWAY_S)

    def _forget(self, now: float) -> None:
        while self._away:
            first = next(iter(self._away))
            if len(self._away) <= KEPT_MAX and now - self._away[first] < KEPT_S:
                return
            del self._away[first]

    def leave(self) -> None:
        self.inside -= 1
        self._done += 1
        now = self._clock()
        if (passed := now - self._since) < WINDOW_S:
            return
        pace = self._done / passed
        # Where nobody was refused, few came: that says nothing about how many could have been served.
        if self._is_full or pace > self.per_s:
            self.per_s += (pace - self.per_s) * FOLLOWS
        self._done, self._is_full, self._since = 0, False, now
        self._back, self._back_before = 0, self._back


class Bounds:
    """Which requests are bounded, and the bound of each tenant and plugin that has such."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], str] = {}
        self._bounds: dict[tuple[object, str], Bound] = {}

    def add(self, methods: Iterable[str], path: str, owner: str) -> None:
        """Raises ValueError for a path with parameters: it is looked up by what is asked for."""
        if "{" in path:
            raise ValueError(f"{path}: what is bounded has a path without parameters")
        self._owners.update({(method.upper(), path): owner for method in methods})

    def of(self, tenant: Tenant, scope: Scope) -> Bound | None:
        owner = self._owners.get((scope.get("method", ""), scope["path"].rstrip("/")))
        if owner is None:
            return None
        found = self._bounds.get((tenant.id, owner))
        if found is None:
            found = self._bounds[tenant.id, owner] = Bound()
        return found


def who(scope: Scope) -> int:
    """The same for the same request of the same person; nothing that could be told to others."""
    names = (b"authorization", b"cookie", b"idempotency-key")
    return hash(tuple(value for name, value in scope["headers"] if name in names))
