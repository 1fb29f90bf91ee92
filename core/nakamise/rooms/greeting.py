"""What a listener is told first: that it is in, and what it missed."""

from __future__ import annotations

import random
from typing import Final

from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.event import as_line, message
from nakamise.rooms.feed import Feed, Listener
from nakamise.rooms.store import RoomStore

# A thousand browsers that lost their connection together come back one after the other.
RETRY_MS: Final = (500, 3_000)
AWAY: Final = message("status", b'{"state":"away"}')
BACK: Final = message("status", b'{"state":"up"}')


def retry_line() -> bytes:
    return f"retry: {random.randint(*RETRY_MS)}\n\n".encode()  # noqa: S311 (spreads reconnects)


async def greeting(
    store: RoomStore, key: RoomKey, feed: Feed, listener: Listener, since: EventId | None
) -> bytes:
    """``reset`` instead of ``open`` when the history does not reach back to ``since``. Raises StoreAway."""
    upto = feed.flushed
    missed = [] if since is None else await store.between(key, since, upto)
    if since is None or missed is None:
        name = "open" if since is None else "reset"
        return retry_line() + message(name, b"{}", upto) + feed.latest
    listener.after = since
    lines = (as_line(stored, listener.view.locale) for stored in missed if listener.view.sees(stored.event))
    return b"".join((retry_line(), message("open", b"{}", since), *lines, feed.latest))
