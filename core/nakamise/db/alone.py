"""Work that one process of the installation does at a time: whoever holds a lock of PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg

from nakamise.db.away import DATABASE_AWAY
from nakamise.db.listening import RETRY_S

log: Final = logging.getLogger("nakamise.db")
# Waits in the server: who holds it may be killed, and the next one gets it at once.
_TAKE: Final = "SELECT pg_advisory_lock(hashtextextended($1, 0))"


async def alone(url: str, purpose: str, work: Callable[[], Awaitable[None]]) -> None:
    """Until it is cancelled; ``work`` is cancelled when the lock's connection breaks, and begun anew with the next."""
    while True:
        try:
            await _once(url, purpose, work)
        except (OSError, asyncpg.PostgresError, *DATABASE_AWAY) as error:
            log.warning("%s waits: %s", purpose, error)
        await asyncio.sleep(RETRY_S)


async def _once(url: str, purpose: str, work: Callable[[], Awaitable[None]]) -> None:
    """On a connection of its own, which holds the lock."""
    connection = await asyncpg.connect(url)
    broken = asyncio.Event()
    connection.add_termination_listener(lambda _: broken.set())
    try:
        await connection.execute(_TAKE, purpose)
        await _work_while(broken, work)
    finally:
        connection.terminate()


async def _work_while(broken: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
    working = asyncio.ensure_future(work())
    watching = asyncio.create_task(broken.wait())
    try:
        await asyncio.wait([working, watching], return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        if not working.done():
            working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
