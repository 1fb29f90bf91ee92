"""One room behind a real server, by itself: ``python -m tests.core.serving.hall PORT UNHEARD_MS``.

``/`` listens; ``/count`` says something in the room and answers how many are there.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from typing import Any, Final, cast

import msgspec

from nakamise.plugin.rooms import RoomKind
from nakamise.rooms.address import RoomKey
from nakamise.rooms.event import View, encode
from nakamise.rooms.hub import RoomHub, Visitor
from nakamise.rooms.memory import MemoryStore
from nakamise.rooms.stream import RoomStream
from nakamise.routing.asgi import Receive, Scope, Send
from nakamise.serving.vanished import give_up_on_vanished

KIND: Final = RoomKind(id="aa.hall", admit="x:y")
KEY: Final = RoomKey(uuid.UUID(int=1), KIND.id, "1")
PORT: Final = int(sys.argv[1])
UNHEARD_MS: Final = int(sys.argv[2])


class Said(msgspec.Struct):
    text: str = "x"


class Hall:
    def __init__(self) -> None:
        self._hub = RoomHub(MemoryStore())
        self._limiting: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"] == "/count":
            await self._count(send)
        else:
            visitor = Visitor(
                View("ja"), f"192.0.2.{int(scope['client'][1]) % 250}", str(scope["client"]).encode()
            )
            stream = RoomStream(self._hub, KEY, KIND, visitor, None)
            await stream(cast("Any", scope), cast("Any", receive), cast("Any", send))

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._limiting = asyncio.create_task(give_up_on_vanished(PORT, UNHEARD_MS))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _count(self, send: Send) -> None:
        """Who hears from it may connect: the limit is there."""
        if self._limiting is not None:
            await self._limiting
        await self._hub.publish(KEY, KIND, encode("said", Said(), urgent=True))
        now = (await self._hub.census(KEY, KIND)).presence.now
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(now).encode()})


app = Hall()

if __name__ == "__main__":
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "tests.core.serving.hall:app",
        port=PORT,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=4096,
        backpressure=4096,
    ).serve()
