"""States of a request for a return; allowed edges are data."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final


class State(enum.StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"  # the buyer may send the goods
    RECEIVED = "received"  # they came and were looked at
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    REJECTED = "rejected"
    CANCELLED = "cancelled"  # by the buyer
    LAPSED = "lapsed"  # no parcel came in time


EDGES: Final[Mapping[State, frozenset[State]]] = {
    State.REQUESTED: frozenset({State.APPROVED, State.REJECTED, State.CANCELLED}),
    State.APPROVED: frozenset({State.RECEIVED, State.CANCELLED, State.LAPSED}),
    State.RECEIVED: frozenset({State.REFUNDED, State.EXCHANGED, State.REJECTED}),
    State.REFUNDED: frozenset(),
    State.EXCHANGED: frozenset(),
    State.REJECTED: frozenset(),
    State.CANCELLED: frozenset(),
    State.LAPSED: frozenset(),
}
ENDED: Final = frozenset(state for state, targets in EDGES.items() if not targets)
# Its units may be claimed again.
FREEING: Final = frozenset({State.REJECTED, State.CANCELLED, State.LAPSED})


def sources(target: State) -> frozenset[State]:
    """The states from which ``target`` can be reached: the condition of the UPDATE."""
    return frozenset(state for state, targets in EDGES.items() if target in targets)
