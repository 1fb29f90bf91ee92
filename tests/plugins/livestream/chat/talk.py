"""What people do in a chat, through the API, and somebody who hears it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from nakamise.rooms.address import RoomKey
from nakamise.rooms.event import View
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts.room import KIND
from tests.core.rooms.ears import JA, Ears, ears
from tests.plugins.livestream.stage import API, Json, Stage, ok


def chat_url(broadcast: Json, rest: str = "") -> str:
    return f"{API}/broadcasts/{broadcast['id']}/chat{rest}"


async def say(person: Person, broadcast: Json, text: str, key: uuid.UUID | None = None) -> httpx.Response:
    body = {"text": text, "key": str(key or uuid.uuid4())}
    return await person.client.post(chat_url(broadcast, "/lines"), json=body)


async def said(person: Person, broadcast: Json, text: str) -> Json:
    line: Json = await ok(await say(person, broadcast, text))
    return line


async def chat(person: Person, broadcast: Json) -> Json:
    """As ``person`` sees it."""
    found: Json = await ok(await person.client.get(chat_url(broadcast)))
    return found


async def texts(person: Person, broadcast: Json) -> list[str]:
    return [line["text"] for line in (await chat(person, broadcast))["lines"]]


async def remove(person: Person, broadcast: Json, line: Json) -> httpx.Response:
    return await person.client.delete(chat_url(broadcast, f"/lines/{line['id']}"))


async def penalise(person: Person, broadcast: Json, line: Json, kind: str, **more: int) -> httpx.Response:
    url = chat_url(broadcast, f"/lines/{line['id']}/penalty")
    return await person.client.put(url, json={"kind": kind, **more})


async def set_mode(person: Person, broadcast: Json, **mode: object) -> httpx.Response:
    return await person.client.put(chat_url(broadcast, "/mode"), json=mode)


@asynccontextmanager
async def in_room(stage: Stage, broadcast: Json, view: View = JA) -> AsyncIterator[Ears]:
    key = RoomKey(stage.tenant.id, KIND, broadcast["id"])
    async with ears(stage.ctx.runtime.rooms, key, view=view) as listener:
        yield listener
