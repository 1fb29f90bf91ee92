"""The clock of the runtime under test: real until a test steers it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SteeredClock:
    """``freeze`` holds it still, ``advance`` moves it; ``reset`` goes back to the real time."""

    def __init__(self) -> None:
        self._frozen: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        return (self._frozen or datetime.now(UTC)) + self._ahead

    def freeze(self, at: datetime) -> None:
        """Raises ValueError for a time without a zone."""
        if at.tzinfo is None:
            raise ValueError("say in which zone")
        self._frozen, self._ahead = at.astimezone(UTC), timedelta()

    def advance(self, by: timedelta) -> None:
        self._ahead += by

    def reset(self) -> None:
        self._frozen, self._ahead = None, timedelta()
