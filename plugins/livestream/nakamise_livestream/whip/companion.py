"""What of the media is at hand in every process: apart, so that the manifest imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nakamise_livestream.media import MediaEngine


class MediaHost:
    """``engine`` is everybody's. ``is_keeper``: this process looks after it and follows its events.

    ``is_external``: it is another server, which tells nothing. ``viewers_at``: viewers are sent to this URL, with
    ``{stream}`` in it, instead of asked for.
    """

    def __init__(
        self, engine: MediaEngine, *, is_external: bool = False, viewers_at: str | None = None
    ) -> None:
        self.engine = engine
        self.is_external = is_external
        self.viewers_at = viewers_at
        self.is_keeper = False
