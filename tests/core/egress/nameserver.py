"""A name server on 127.0.0.1 (UDP) that answers from lists: the first question gets the first answer, and so on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset


@dataclass
class NameServer:
    """``answers``: name → the addresses of each question in turn; the last one stays. Their number is ``asked``."""

    port: int = 0
    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reply(self, question: bytes) -> bytes:
        query = dns.message.from_wire(question)
        name = query.question[0].name.to_text(omit_final_dot=True)
        kind = query.question[0].rdtype
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        rounds = self.answers.get(name, [[]])
        if kind == dns.rdatatype.A:
            self.asked[name] = self.asked.get(name, 0) + 1
        now = rounds[min(max(self.asked.get(name, 1), 1), len(rounds)) - 1]
        wanted = [one for one in now if (":" in one) == (kind == dns.rdatatype.AAAA)]
        if wanted:
            answer.answer.append(dns.rrset.from_text_list(query.question[0].name, 0, "IN", kind, wanted))
        return answer.to_wire()


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self._server.reply(data), addr)


@asynccontextmanager
async def serving_names() -> AsyncIterator[NameServer]:
    server = NameServer()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(server), local_addr=("127.0.0.1", 0))
    server.port = transport.get_extra_info("sockname")[1]
    yield server
    transport.close()
