"""JSON API and a WebSocket."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import delete, get, post, websocket
from litestar.connection import WebSocket
from litestar.params import FromPath, JSONBody

from nakamise.errors import NotFound
from nakamise.plugin import Ctx, anyone, requires
from nakamise_hello import rooms, service
from nakamise_hello.rooms import Event, Said
from nakamise_hello.service import Greeting, NewGreeting


@get("/greetings", opt=anyone())
async def list_greetings(ctx: Ctx) -> list[Greeting]:
    async with ctx.read() as tx:
        return await service.all_greetings(tx)


@post("/greetings", opt=anyone())
async def add_greeting(ctx: Ctx, data: JSONBody[NewGreeting]) -> Greeting:
    async with ctx.begin() as tx:
        return await service.greet(ctx, tx, data.name)


@get("/greetings/{greeting_id:uuid}", opt=anyone())
async def one_greeting(ctx: Ctx, greeting_id: FromPath[uuid.UUID]) -> Greeting:
    async with ctx.read() as tx:
        found = await tx.first(Greeting, "SELECT id, text FROM hello_greeting WHERE id = $1", greeting_id)
    if found is None:
        raise NotFound
    return found


@delete("/greetings/{greeting_id:uuid}", opt=requires("hello.manage"))
async def remove_greeting(ctx: Ctx, greeting_id: FromPath[uuid.UUID]) -> None:
    async with ctx.begin() as tx:
        if await tx.execute("DELETE FROM hello_greeting WHERE id = $1", greeting_id) == 0:
            raise NotFound


@post("/hall/{room_id:str}/lines", opt=anyone())
async def call_out(ctx: Ctx, room_id: FromPath[str], data: JSONBody[Said]) -> Event:
    if await rooms.admit(ctx, room_id) is None:
        raise NotFound
    return await rooms.say(ctx, room_id, data)


@websocket("/live", opt=anyone())
async def live(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


route_handlers = [list_greetings, add_greeting, one_greeting, remove_greeting, call_out, live]
