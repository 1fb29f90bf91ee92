"""The web process's side of the control channel: one connection, made again when it breaks."""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
from collections.abc import Callable
from typing import Final

import msgspec

from nakamise_livestream.media import EngineAway, EngineBack, EngineLost, MediaEvent, MediaRefusal
from nakamise_livestream.sfu.worker import messages

_log = logging.getLogger(__name__)

# A request waits so long for a connection: a worker that is started again is there in half a second.
PATIENCE_S: Final = 3.0
ANSWER_S: Final = 5.0
_AGAIN_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)

_reply: msgspec.msgpack.Decoder[messages.Reply] = msgspec.msgpack.Decoder(messages.Reply)
_KINDS: Final[tuple[type[MediaRefusal], ...]] = (MediaRefusal, *MediaRefusal.__subclasses__())
_REFUSALS: Final = {kind.code: kind for kind in _KINDS}

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def refusal(reply: messages.Refused) -> MediaRefusal:
    return _REFUSALS.get(reply.code, MediaRefusal)(reply.text)


async def connect(place: str, hello: messages.Hello) -> Connection:
    """A connection that has said hello; ``place`` as in `WorkerConfig.control`. Raises :class:`OSError`."""
    scheme, _, rest = place.partition(":")
    if scheme == "unix":
        reader, writer = await asyncio.open_unix_connection(rest)
    else:
        host, _, port = rest.rpartition(":")
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        _notice_loss(writer.get_extra_info("socket"))
    writer.write(messages.frame(hello))
    return reader, writer


def _notice_loss(connection: socket.socket) -> None:
    """A machine that is gone says nothing: TCP asks every second, and gives up after some."""
    options = {"TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 3_000}
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in options.items():
        if option := getattr(socket, name, None):
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


class Link:
    """``tell`` gets every event, also those of the link itself, and must not block."""

    def __init__(self, place: str, token: str, tell: Callable[[MediaEvent], None]) -> None:
        self._place = place
        self._token = token
        self._tell = tell
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._up = asyncio.Event()
        self._instance: str | None = None
        self._runner: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._runner = asyncio.create_task(self._run())

    async def close(self, *, for_good: bool = True) -> None:
        """The worker is told when it is for good."""
        if self._writer and for_good:
            self._writer.write(messages.frame(messages.Bye(id=self.next_id())))
        if self._runner:
            self._runner.cancel()
            await asyncio.wait([self._runner])
            self._runner = None

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    def next_id(self) -> int:
        return next(self._numbers)

    async def ask(self, request: messages.Request) -> msgspec.Raw:
        """The encoded result. Raises the engine's :class:`MediaRefusal`, or :class:`EngineAway`."""
        await self._connected()
        answer: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._waiting[request.id] = answer
        try:
            if self._writer is None:
                raise EngineAway("the media engine is away")
            self._writer.write(messages.frame(request))
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError as error:
            raise EngineAway("the media engine does not answer") from error
        finally:
            del self._waiting[request.id]

    async def _connected(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._up.wait()
        except TimeoutError as error:
            raise EngineAway("the media engine cannot be reached") from error

    async def _run(self) -> None:
        tries = 0
        while True:
            try:
                if await self._once():
                    tries = 0
            except OSError as error:
                _log.debug("no media engine at %s: %s", self._place, error)
            await asyncio.sleep(_AGAIN_S[min(tries, len(_AGAIN_S) - 1)])
            tries += 1

    async def _once(self) -> bool:
        """One connection from its beginning to its end; False if it never came to talk."""
        reader, writer = await connect(self._place, messages.Hello(token=self._token))
        try:
            return await self._converse(reader, writer)
        finally:
            writer.close()
            self._broken()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first = await _next(reader)
        if not isinstance(first, messages.Welcome):
            _log.error("the media engine at %s refuses us: %s", self._place, first)
            return False
        self._writer = writer
        self._up.set()
        self._tell(EngineBack(restarted=self._instance != first.instance))
        self._instance = first.instance
        while (reply := await _next(reader)) is not None:
            self._heard(reply)
        return True

    def _heard(self, reply: messages.Reply) -> None:
        match reply:
            case messages.Happened():
                self._tell(reply.event)
            case messages.Done():
                waiting = self._waiting.get(reply.id)
                if waiting and not waiting.done():
                    waiting.set_result(reply.result)
            case messages.Refused():
                waiting = self._waiting.get(reply.id or 0)
                if waiting and not waiting.done():
                    waiting.set_exception(refusal(reply))
            case messages.Welcome():
                _log.warning("the media engine at %s says hello twice", self._place)

    def _broken(self) -> None:
        if not self._up.is_set():
            return
        self._up.clear()
        self._writer = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(EngineAway("the media engine went away"))
        self._tell(EngineLost())


async def _next(reader: asyncio.StreamReader) -> messages.Reply | None:
    body = await messages.read_frame(reader)
    return None if body is None else _reply.decode(body)
