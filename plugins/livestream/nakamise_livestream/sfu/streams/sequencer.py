"""A publisher's sequence numbers to a layer's own, which never go back and have no holes of our making."""

from __future__ import annotations

from bisect import bisect_right

_EPOCHS = 64


class Sequencer:
    """Numbers in and out are without wraps. Every number in is given at most once (the receiver sees to that)."""

    def __init__(self) -> None:
        self.next = 0
        """The lowest number out that is higher than all given."""
        self._starts: list[int] = []
        self._deltas: list[int] = []

    def begin(self, first: int) -> None:
        """Another source: its packet ``first`` follows whatever was given, and older ones of it are refused."""
        self._starts = [first]
        self._deltas = [self.next - first]

    def number(self, arrived: int) -> int | None:
        """None for what came before the beginning."""
        at = bisect_right(self._starts, arrived) - 1
        if at < 0:
            return None
        number = arrived + self._deltas[at]
        self.next = max(self.next, number + 1)
        return number

    def leave_out(self, arrived: int) -> bool:
        """Close the gap of a packet that is not sent on; False if later ones have been numbered with the gap."""
        if not self._starts or arrived < self._starts[-1] or arrived + self._deltas[-1] < self.next:
            return False
        self._starts.append(arrived + 1)
        self._deltas.append(self._deltas[-1] - 1)
        del self._starts[:-_EPOCHS], self._deltas[:-_EPOCHS]
        return True
