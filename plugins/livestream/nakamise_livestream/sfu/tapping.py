"""Reading a worker's tap, from a web process, a recorder or another worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec

from nakamise_livestream.media import EngineAway, MediaRefusal, TapEnded, TapItem
from nakamise_livestream.sfu.link import Connection, connect, refusal
from nakamise_livestream.sfu.worker import messages

_item: msgspec.msgpack.Decoder[TapItem] = msgspec.msgpack.Decoder(TapItem)
_reply: msgspec.msgpack.Decoder[messages.Reply] = msgspec.msgpack.Decoder(messages.Reply)


class TapConnection:
    """Made by :func:`open_tap`; whoever opens one closes it."""

    def __init__(self, ends: Connection) -> None:
        self._reader, self._writer = ends

    async def items(self) -> AsyncIterator[TapItem]:
        """Up to and with `TapEnded`. Raises :class:`EngineAway` when the connection breaks."""
        while (body := await messages.read_frame(self._reader)) is not None:
            item = _item.decode(body)
            yield item
            if isinstance(item, TapEnded):
                return
        raise EngineAway("the media engine went away")

    def want_keyframe(self) -> None:
        self._writer.write(messages.frame(messages.WantKeyframe()))

    def close(self) -> None:
        self._writer.close()


async def open_tap(place: str, token: str, stream: str) -> TapConnection:
    """``place`` and ``token`` as in `WorkerConfig`.

    Raises :class:`EngineAway`, and what the worker refuses with.
    """
    try:
        reader, writer = await connect(place, messages.Hello(token=token, tap=stream))
    except OSError as error:
        raise EngineAway("the media engine cannot be reached") from error
    try:
        await _check_welcome(reader)
    except MediaRefusal:
        writer.close()
        raise
    return TapConnection((reader, writer))


async def _check_welcome(reader: asyncio.StreamReader) -> None:
    body = await messages.read_frame(reader)
    if body is None:
        raise EngineAway("the media engine went away")
    first = _reply.decode(body)
    if isinstance(first, messages.Refused):
        raise refusal(first)
