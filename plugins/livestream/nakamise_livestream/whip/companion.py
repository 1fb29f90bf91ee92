"""What of the media is at hand in every process: apart, so that the manifest imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nakamise_livestream.media import MediaEngine


class MediaHost:
    """``engine`` is everybody's; ``is_keeper``: this process keeps the worker and follows its events."""

    def __init__(self, engine: MediaEngine) -> None:
        self.engine = engine
        self.is_keeper = False
