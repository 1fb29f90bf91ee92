"""The state machine of a broadcast: what may follow what. The database decides, by conditional UPDATEs.

scheduled ──▶ live ⇄ paused ──▶ ended
    ├──▶ cancelled
    └──▶ expired
"""

from __future__ import annotations

import enum
from typing import Final


class State(enum.StrEnum):
    """``scheduled`` is also a broadcast without a time, which its host starts whenever they like."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class EndWhy(enum.StrEnum):
    """Why a broadcast that was on the air is not any more."""

    HOST = "host"
    FORCED = "forced"
    SUSPENDED = "suspended"
    MAX_DURATION = "max_duration"
    LOST = "lost"


FOLLOWS: Final = {
    State.SCHEDULED: frozenset({State.LIVE, State.CANCELLED, State.EXPIRED}),
    State.LIVE: frozenset({State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.LIVE, State.ENDED}),
    State.ENDED: frozenset[State](),
    State.CANCELLED: frozenset[State](),
    State.EXPIRED: frozenset[State](),
}
ON_AIR: Final = frozenset({State.LIVE, State.PAUSED})


def sources_of(target: State) -> list[str]:
    """The states that ``target`` may follow, for ``state = ANY($n)``."""
    return sorted(source.value for source, targets in FOLLOWS.items() if target in targets)
