"""The control server: web processes ask the worker through it and are told what happens."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import socket
import time
from pathlib import Path
from typing import Final

import msgspec

from nakamise_livestream.media import MediaEvent, MediaRefusal, TapEnded
from nakamise_livestream.sfu.worker import messages
from nakamise_livestream.sfu.worker.channel import Channel
from nakamise_livestream.sfu.worker.company import Company
from nakamise_livestream.sfu.worker.registry import Registry
from nakamise_livestream.sfu.worker.tap import Tap

_log = logging.getLogger(__name__)

# A reader of events that is so far behind is cut off; it will connect again and look at the state.
_MOST_UNREAD: Final = 4 << 20
_HELLO_TIMEOUT_S: Final = 5.0

_hello = msgspec.msgpack.Decoder(messages.Hello)
_request: msgspec.msgpack.Decoder[messages.Request] = msgspec.msgpack.Decoder(messages.Request)


class ControlServer:
    """``registry`` is set before :meth:`listen`."""

    registry: Registry

    def __init__(self, token: str) -> None:
        self._token = token
        self._instance = secrets.token_hex(8)
        self._listeners: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.company = Company()
        self._followings: set[asyncio.Task[None]] = set()

    def emit(self, event: MediaEvent) -> None:
        """Tell every connection."""
        data = messages.frame(messages.Happened(event=event))
        for writer in list(self._listeners):
            if writer.transport.get_write_buffer_size() > _MOST_UNREAD:
                writer.transport.abort()
            elif not writer.is_closing():
                writer.write(data)

    async def listen(self, place: str) -> None:
        """``place`` as in `WorkerConfig.control`."""
        scheme, _, rest = place.partition(":")
        if scheme == "unix":
            self._server = await asyncio.start_unix_server(self._connected, sock=_unix_socket(Path(rest)))
        else:
            host, _, port = rest.rpartition(":")
            self._server = await asyncio.start_server(self._connected, host.strip("[]"), int(port))

    def close(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._listeners:
            writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except ConnectionError:
            _log.debug("a control connection broke")
        finally:
            if writer in self._listeners:
                self._listeners.discard(writer)
                self.company.went()
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await self._greeted(reader)
        if hello is None:
            writer.write(messages.frame(messages.Refused(id=None, code="refused", text="wrong token")))
        elif hello.tap is not None:
            await self._tap(hello.tap, reader, writer)
        else:
            writer.write(messages.frame(messages.Welcome(instance=self._instance)))
            self._listeners.add(writer)
            self.company.came()
            while (body := await messages.read_frame(reader)) is not None:
                self._answer(body, writer)
                await writer.drain()

    async def _greeted(self, reader: asyncio.StreamReader) -> messages.Hello | None:
        try:
            async with asyncio.timeout(_HELLO_TIMEOUT_S):
                body = await messages.read_frame(reader)
            hello = _hello.decode(body or b"")
        except (TimeoutError, msgspec.DecodeError):
            return None
        return hello if hmac.compare_digest(hello.token.encode(), self._token.encode()) else None

    def _answer(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            request = _request.decode(body)
        except msgspec.DecodeError as error:
            writer.write(messages.frame(messages.Refused(id=None, code="refused", text=str(error))))
            return
        if isinstance(request, messages.Follow):
            task = asyncio.create_task(self._follow(request, writer))
            self._followings.add(task)
            task.add_done_callback(self._followings.discard)
            return
        try:
            writer.write(_done(request, self._do(request)))
        except MediaRefusal as refusal:
            writer.write(_refused(request, refusal))
        except Exception:  # noqa: BLE001 - one request's fault must not end the connection of all others
            _log.exception("%s", type(request).__name__)
            writer.write(_refused(request, MediaRefusal("internal error")))

    async def _follow(self, request: messages.Follow, writer: asyncio.StreamWriter) -> None:
        """It takes a while, and others' requests do not wait for it."""
        try:
            await self.registry.follow(request.stream, request.place, request.token)
        except MediaRefusal as refusal:
            writer.write(_refused(request, refusal))
        else:
            writer.write(_done(request, None))

    def _do(
        self,
        request: messages.Publish
        | messages.Play
        | messages.Patch
        | messages.Close
        | messages.End
        | messages.Stats
        | messages.Viewers
        | messages.RequestKeyframe
        | messages.Ask
        | messages.Check
        | messages.Meters
        | messages.ListPublished
        | messages.Look
        | messages.Bye,
    ) -> object:
        match request:
            case messages.Publish():
                return self.registry.publish(request.stream, request.offer)
            case messages.Play():
                return self.registry.play(request.stream, request.offer)
            case messages.Patch():
                return self.registry.patch(request.session, request.fragment, request.if_match)
            case messages.Close():
                self.registry.end_session(self.registry.session(request.session), "left")
            case messages.End():
                self.registry.end_stream(request.stream, request.reason)
            case messages.RequestKeyframe():
                self.registry.channel(request.stream).stream.request_keyframe()
            case messages.Check():
                self.registry.session(request.session)
            case messages.Bye():
                self.company.say_bye()
            case _:
                return self._tell(request)
        return None

    def _tell(
        self,
        request: messages.Stats
        | messages.Viewers
        | messages.Ask
        | messages.Meters
        | messages.ListPublished
        | messages.Look,
    ) -> object:
        match request:
            case messages.Stats():
                return self.registry.stats(request.stream)
            case messages.Viewers():
                return self.registry.viewers(request.stream)
            case messages.Ask():
                return self.registry.holding(request.stream)
            case messages.Meters():
                return self.registry.usage(request.stream)
            case messages.ListPublished():
                return self.registry.published()
            case messages.Look():
                return self.registry.health()

    async def _tap(self, stream_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            tap = self.registry.open_tap(stream_id)
        except MediaRefusal as refusal:
            writer.write(messages.frame(messages.Refused(id=None, code=refusal.code, text=str(refusal))))
            return
        channel = self.registry.channel(stream_id)
        listening = asyncio.create_task(_hear(reader, channel, tap))
        try:
            writer.write(messages.frame(messages.Welcome(instance=self._instance)))
            writer.write(messages.frame(tap.opening))
            while (packets := await tap.read()) is not None:
                writer.write(messages.frame(packets))
                await writer.drain()
            writer.write(messages.frame(TapEnded(reason=tap.reason)))
        finally:
            channel.close_tap(tap, time.monotonic())
            listening.cancel()


async def _hear(reader: asyncio.StreamReader, channel: Channel, tap: Tap) -> None:
    """Whatever the reader of a tap says is a wish for a keyframe; its end is the tap's."""
    while await messages.read_frame(reader) is not None:
        channel.stream.request_keyframe()
    channel.close_tap(tap, time.monotonic())


def _done(request: messages.Request, result: object) -> bytes:
    return messages.frame(messages.Done(id=request.id, result=msgspec.Raw(msgspec.msgpack.encode(result))))


def _refused(request: messages.Request, refusal: MediaRefusal) -> bytes:
    return messages.frame(messages.Refused(id=request.id, code=refusal.code, text=str(refusal)))


def _unix_socket(path: Path) -> socket.socket:
    """Only this user's processes can connect."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(0o600)
    return listening
