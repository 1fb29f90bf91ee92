"""Notifications of PostgreSQL, heard for as long as the process runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import asyncpg

from nakamise.db.away import DATABASE_AWAY

log: Final = logging.getLogger("nakamise.db")
# How long to wait before listening again.
RETRY_S: Final = 1.0


async def listen(
    url: str,
    channel: str,
    hear: Callable[[str], None],
    *,
    began: Callable[[], None],
    ended: Callable[[], None] = lambda: None,
) -> None:
    """Until it is cancelled; ``hear`` gets what is said. What is said between ``ended`` and ``began`` is lost."""
    while True:
        try:
            await _listen_once(url, channel, hear, began)
        except (OSError, asyncpg.PostgresError, *DATABASE_AWAY) as error:
            log.warning("not listening on %s: %s", channel, error)
        ended()
        await asyncio.sleep(RETRY_S)


async def _listen_once(
    url: str, channel: str, hear: Callable[[str], None], began: Callable[[], None]
) -> None:
    """On a connection of its own: a pooled one would be missing from the pool for ever."""
    connection = await asyncpg.connect(url)
    over = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: over.set())
        await connection.add_listener(channel, lambda *said: hear(str(said[3])))
        began()
        await over.wait()
    finally:
        connection.terminate()
