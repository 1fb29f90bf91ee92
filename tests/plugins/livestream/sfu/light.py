"""A viewer with real ICE, DTLS and SRTP that decodes nothing: dozens of them fit into one test."""

from __future__ import annotations

import asyncio
import re
import struct
from typing import Any

from aioice import stun

from nakamise_livestream.media import Answer, MediaEngine
from nakamise_livestream.sfu.wire.dtls import Certificate, DtlsLink
from nakamise_livestream.sfu.wire.srtp import Srtp
from tests.plugins.livestream.sfu import offers

CERTIFICATE = Certificate.generate()
CONNECT_S = 10.0


def _attribute(sdp: str, name: str) -> str:
    match = re.search(rf"a={name}:(.*)\r\n", sdp)
    assert match
    return match[1]


class LightViewer(asyncio.DatagramProtocol):
    """``sequences`` is what came, SSRC to extended sequence numbers in the order of arrival."""

    def __init__(self) -> None:
        self.session = ""
        self.sequences: dict[int, list[int]] = {}
        self.datagrams = 0
        self.srtp: Srtp | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._link = DtlsLink(CERTIFICATE, send=self._send, role="client")
        self._checked = asyncio.Event()

    async def play(self, engine: MediaEngine, stream: str) -> Answer:
        offer = offers.browser("recvonly").replace(offers.FINGERPRINT, CERTIFICATE.sha256)
        answer = await engine.play(stream, offer)
        self.session = answer.session
        await self.connect(answer.sdp)
        return answer

    async def open(self, sdp: str, host: str = "127.0.0.1") -> int:
        """A socket towards the first candidate's port on ``host``; its own port."""
        _, _, _, _, _, port, *_ = _attribute(sdp, "candidate").split()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(host, int(port)))
        return int(transport.get_extra_info("sockname")[1])

    async def connect(self, sdp: str) -> None:
        """ICE with a server that is lite, then DTLS."""
        await self.open(sdp)
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{_attribute(sdp, 'ice-ufrag')}:{offers.UFRAG}"
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(_attribute(sdp, "ice-pwd").encode())
        self._send(bytes(request))
        await self.secure(sdp)

    async def secure(self, sdp: str) -> None:
        """DTLS as soon as a check has come or has been answered."""
        async with asyncio.timeout(CONNECT_S):
            await self._checked.wait()
            fingerprint = _attribute(sdp, "fingerprint").split()
            self.srtp = await self._link.handshake([(fingerprint[0], fingerprint[1])])

    def report(self, compound: bytes) -> None:
        assert self.srtp
        self._send(self.srtp.protect_rtcp(compound))

    async def close(self) -> None:
        await self._link.close()
        if self._transport:
            self._transport.close()

    def lost(self) -> int:
        """Sequence numbers that are missing between the first and the last."""
        return sum(max(numbers) - min(numbers) + 1 - len(set(numbers)) for numbers in self.sequences.values())

    # --- DatagramProtocol ---------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if data[0] < 4:
            self._check(data, addr)
        elif data[0] < 64:
            self._link.feed(data)
        elif self.srtp and not 192 <= data[1] <= 223:
            self.datagrams += 1
            self._count(self.srtp.unprotect(data))

    def _check(self, data: bytes, address: tuple[str, int]) -> None:
        """A server that is not lite checks by itself."""
        message = stun.parse_message(data)
        if message.message_class == stun.Class.REQUEST:
            answer = stun.Message(message.message_method, stun.Class.RESPONSE, message.transaction_id)
            answer.attributes["XOR-MAPPED-ADDRESS"] = address
            answer.add_message_integrity(offers.PASSWORD.encode())
            self._send(bytes(answer))
        self._checked.set()

    def _count(self, packet: bytes) -> None:
        sequence, _, ssrc = struct.unpack_from("!HII", packet, 2)
        numbers = self.sequences.setdefault(ssrc, [sequence])
        step = (sequence - numbers[-1] + 0x8000) % 0x10000 - 0x8000
        numbers.append(numbers[-1] + step)

    def _send(self, datagram: bytes) -> None:
        if self._transport:
            self._transport.sendto(datagram)
