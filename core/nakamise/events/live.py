"""From a transaction to the open pages of the tenant: NOTIFY to every process, a queue for every page.

PostgreSQL delivers a notification when the transaction commits, to all processes, and keeps nothing: who is
not connected hears nothing. It is meant for a few messages a second in an installation; a room full of people
needs another way.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from nakamise.db import Tx
from nakamise.db.listening import listen
from nakamise.errors import NakamiseError, Unavailable
from nakamise.tenancy.owner import app_url
from nakamise.ui.i18n import N_

if TYPE_CHECKING:
    from nakamise.settings import Settings

log: Final = logging.getLogger("nakamise.live")
CHANNEL: Final = "nakamise_live"
# PostgreSQL's limit for one notification is 8,000 bytes.
MESSAGE_MAX_BYTES: Final = 7_500
WAITING_MAX: Final = 100
LISTENERS_MAX: Final = 5_000


class LiveTooLarge(NakamiseError):
    """The message does not fit: send an id and let the page fetch the rest."""


class Ended(NakamiseError):
    """The connection is to end."""


class Message(msgspec.Struct, frozen=True, array_like=True):
    """``data`` is JSON as the page gets it."""

    tenant_id: uuid.UUID
    topic: str
    user_id: uuid.UUID | None
    data: msgspec.Raw


class Listener:
    """One open page. A page that reads too slowly is cut off: it connects again by itself."""

    __slots__ = ("_queue", "is_cut_off", "user_id")

    def __init__(self, user_id: uuid.UUID | None) -> None:
        self.user_id = user_id
        self.is_cut_off = False
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(WAITING_MAX)

    def offer(self, message: Message) -> None:
        if message.user_id is not None and message.user_id != self.user_id:
            return
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.is_cut_off = True

    def end(self) -> None:
        self.is_cut_off = True
        if self._queue.empty():
            self._queue.put_nowait(None)

    async def next(self) -> Message:
        """Raises Ended."""
        message = await self._queue.get()
        if message is None:
            raise Ended
        return message


class LiveHub:
    """One for a process; it listens to the database while it has listeners."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._listeners: dict[tuple[uuid.UUID, str], set[Listener]] = defaultdict(set)
        self._count = 0
        self._is_ending = False
        self._task: asyncio.Task[None] | None = None
        self._is_listening = asyncio.Event()

    async def push(
        self, tx: Tx, tenant_id: uuid.UUID, topic: str, data: msgspec.Struct, user_id: uuid.UUID | None
    ) -> None:
        """Raises LiveTooLarge."""
        body = msgspec.json.encode(Message(tenant_id, topic, user_id, msgspec.Raw(msgspec.json.encode(data))))
        if len(body) > MESSAGE_MAX_BYTES:
            raise LiveTooLarge(f"{topic}: {len(body)} bytes")
        await tx.value("SELECT pg_notify($1, $2)", CHANNEL, body.decode())

    @asynccontextmanager
    async def listening(
        self, tenant_id: uuid.UUID, topics: Iterable[str], user_id: uuid.UUID | None
    ) -> AsyncIterator[Listener]:
        """Raises Unavailable when this process has too many open pages."""
        if self._is_ending or self._count >= LISTENERS_MAX:
            raise Unavailable(N_("Too many pages are open at the moment."))
        listener = Listener(user_id)
        keys = [(tenant_id, topic) for topic in topics]
        for key in keys:
            self._listeners[key].add(listener)
        self._count += 1
        try:
            await self._connected()
            yield listener
        finally:
            self._count -= 1
            for key in keys:
                self._listeners[key].discard(listener)
                if not self._listeners[key]:
                    del self._listeners[key]

    def end_streams(self) -> None:
        """Nobody comes in any more."""
        self._is_ending = True
        for listener in set().union(*self._listeners.values()):
            listener.end()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _connected(self) -> None:
        if self._task is None:
            heard = listen(
                app_url(self._settings),
                CHANNEL,
                self._hear,
                began=self._is_listening.set,
                ended=self._is_listening.clear,
            )
            self._task = asyncio.create_task(heard, name="live-listen")
        await self._is_listening.wait()

    def _hear(self, text: str) -> None:
        try:
            message = msgspec.json.decode(text, type=Message)
        except msgspec.MsgspecError:
            log.warning("a live message cannot be read")
            return
        for listener in self._listeners.get((message.tenant_id, message.topic), ()):
            listener.offer(message)
