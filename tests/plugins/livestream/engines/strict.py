"""Somebody else's WHIP and WHEP server: it takes nothing that RFC 9725 does not have, and media really flow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from nakamise_livestream.media import Answer, MediaEngine, MediaRefusal

TOKEN = "of-the-server"
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
Reply = tuple[int, dict[str, str], str]


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class StrictServer:
    """``players_need_token`` False: it lets everybody watch. ``lie`` answers instead, when it is set."""

    engine: MediaEngine
    port: int = 0
    players_need_token: bool = True
    lie: Callable[[Asked], Reply] | None = None
    asked: list[Asked] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on each connection."""
        try:
            status, headers, body = await self._answer(await _read(reader))
            lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", "connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", body]).encode())
            await writer.drain()
        finally:
            writer.close()

    async def _answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if self.lie:
            return self.lie(asked)
        try:
            if asked.path.startswith("/session/"):
                return await self._change(asked, asked.path.removeprefix("/session/"))
            return await self._begin(asked)
        except MediaRefusal as refusal:
            return refusal.status, {}, ""

    async def _begin(self, asked: Asked) -> Reply:
        _, stream, protocol = asked.path.split("/")
        is_player = protocol == "whep"
        if (self.players_need_token or not is_player) and asked.headers.get(
            "authorization"
        ) != f"Bearer {TOKEN}":
            return 401, {"WWW-Authenticate": "Bearer"}, ""
        if asked.method != "POST" or asked.headers.get("content-type") != SDP:
            return 415, {}, ""
        do = self.engine.play if is_player else self.engine.publish
        answer: Answer = await do(stream, asked.body)
        self.sessions.add(answer.session)
        headers = {"Content-Type": SDP, "Location": f"/session/{answer.session}", "ETag": answer.etag}
        return 201, headers, answer.sdp

    async def _change(self, asked: Asked, session: str) -> Reply:
        if session not in self.sessions:
            return 404, {}, ""
        if asked.method == "DELETE":
            self.sessions.discard(session)
            await self.engine.close(session)
            return 200, {}, ""
        if asked.method != "PATCH" or asked.headers.get("content-type") != FRAGMENT:
            return 415, {}, ""
        done = await self.engine.patch(session, asked.body, asked.headers.get("if-match"))
        if done.fragment is None:
            return 204, {}, ""
        return 200, {"Content-Type": FRAGMENT, "ETag": done.etag or ""}, done.fragment


async def _read(reader: asyncio.StreamReader) -> Asked:
    line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    parted = (each.partition(":") for each in fields if each)
    headers = {name.lower(): value.strip() for name, _, value in parted}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = line.split()
    return Asked(method, path, headers, body.decode())


@asynccontextmanager
async def strict_server(engine: MediaEngine) -> AsyncIterator[StrictServer]:
    made = StrictServer(engine)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
