"""What goes to all listeners in one write: events of a quarter of a second, encoded once for each view."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.rooms.address import EventId
from nakamise.rooms.event import Stored, View, as_line


class Frame:
    """``fleeting`` is what a listener who lags behind need not hear: hearts, counts, heartbeats."""

    __slots__ = ("_events", "_fleeting", "_is_private", "_rendered")

    def __init__(self, events: Sequence[Stored], fleeting: bytes) -> None:
        self._events = events
        self._fleeting = fleeting
        self._is_private = any(stored.event.user_id is not None for stored in events)
        self._rendered: dict[tuple[str, bool], bytes] = {}

    def render(self, view: View, after: EventId | None = None) -> bytes:
        """All that ``view`` sees of it; ``after``: the listener has heard everything up to there."""
        if self._is_private or after is not None:
            return self.kept(view, after) + self._fleeting
        key = (view.locale, view.staff)
        found = self._rendered.get(key)
        if found is None:
            found = self._rendered[key] = self.kept(view) + self._fleeting
        return found

    def kept(self, view: View, after: EventId | None = None) -> bytes:
        """The events alone."""
        return b"".join(
            as_line(stored, view.locale)
            for stored in self._events
            if view.sees(stored.event) and (after is None or stored.id > after)
        )
