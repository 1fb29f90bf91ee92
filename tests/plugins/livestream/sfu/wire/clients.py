"""Full ICE agents of aioice, with DTLS on them, as peers of a port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aioice import Candidate, Connection

from nakamise_livestream.sfu.wire.dtls import Certificate, DtlsLink
from nakamise_livestream.sfu.wire.ice import Credentials
from nakamise_livestream.sfu.wire.peer import Peer, Security
from nakamise_livestream.sfu.wire.port import UdpPort
from nakamise_livestream.sfu.wire.srtp import Srtp


class Recorder:
    """A peer's user: keeps what it is told."""

    def __init__(self) -> None:
        self.up = asyncio.Event()
        self.srtp: Srtp | None = None
        self.packets: list[bytes] = []
        self.reports: list[bytes] = []
        self.reasons: list[str] = []

    def ready(self, srtp: Srtp, now: float) -> None:
        self.srtp = srtp
        self.up.set()

    def rtp(self, packet: bytes, now: float) -> None:
        self.packets.append(packet)

    def rtcp(self, packet: bytes, now: float) -> None:
        self.reports.append(packet)

    def lost(self, reason: str) -> None:
        self.reasons.append(reason)


class Client:
    """The other side of one :class:`Peer`."""

    def __init__(self, port: UdpPort, ours: Certificate) -> None:
        self._port = port
        self._ours = ours
        self.certificate = Certificate.generate()
        self.recorder = Recorder()
        security = Security([("sha-256", self.certificate.sha256)], "server")
        self.peer = Peer(port, ours, security, self.recorder)
        self.srtp: Srtp | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.link = DtlsLink(self.certificate, send=self.send, role="client")
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self.ice: list[Connection] = []

    async def connect(self, host: str) -> None:
        await self.check(self.peer.credentials, host)
        self.srtp = await self.link.handshake([("sha-256", self._ours.sha256)])
        async with asyncio.timeout(5):
            await self.recorder.up.wait()

    async def check(self, credentials: Credentials, host: str) -> None:
        """ICE from a new address."""
        ice = Connection(ice_controlling=True)
        ice.remote_username = credentials.ufrag
        ice.remote_password = credentials.password
        await ice.gather_candidates()
        await ice.add_remote_candidate(
            Candidate("1", 1, "udp", 2_130_706_431, host, self._port.number, "host")
        )
        await ice.add_remote_candidate(None)
        await ice.connect()
        self.ice.append(ice)
        task = asyncio.create_task(self._receive(ice))
        self._tasks.add(task)

    def send(self, datagram: bytes) -> None:
        task = asyncio.create_task(self.ice[-1].send(datagram))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for ice in self.ice:
            await ice.close()
        await self.peer.close()

    async def _receive(self, ice: Connection) -> None:
        while True:
            try:
                datagram = await ice.recv()
            except ConnectionError:
                return
            if 20 <= datagram[0] <= 63:
                self.link.feed(datagram)
            else:
                self.received.put_nowait(datagram)


@asynccontextmanager
async def client(port: UdpPort, ours: Certificate) -> AsyncIterator[Client]:
    one = Client(port, ours)
    try:
        yield one
    finally:
        await one.close()
