"""The newest packets of a layer, for whoever lost one or comes late."""

from __future__ import annotations

from collections.abc import Iterator

from nakamise_livestream.sfu.streams.media import Media

SIZE = 2048


class Ring:
    """The last ``SIZE`` numbers; a number is written once, ever."""

    def __init__(self) -> None:
        self._slots: list[Media | None] = [None] * SIZE
        self.end = 0
        """One more than the highest number that was put in."""

    def put(self, media: Media) -> bool:
        """False, and nothing is kept: the number was used already, or is too old to know."""
        number = media.number
        if number < self.end - SIZE:
            return False
        slot = number % SIZE
        held = self._slots[slot]
        if held is not None and held.number >= number:
            return False
        self._slots[slot] = media
        self.end = max(self.end, number + 1)
        return True

    def get(self, number: int) -> Media | None:
        held = self._slots[number % SIZE]
        return held if held is not None and held.number == number else None

    def between(self, start: int, end: int) -> Iterator[Media]:
        """What is there of ``start`` .. ``end - 1``, in order."""
        for number in range(max(start, self.end - SIZE), min(end, self.end)):
            held = self.get(number)
            if held is not None:
                yield held
