"""One connected client: ICE-lite, then DTLS, then SRTP."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from nakamise_livestream.sfu.wire.dtls import Certificate, DtlsLink, DtlsRole, HandshakeFailed
from nakamise_livestream.sfu.wire.ice import Credentials
from nakamise_livestream.sfu.wire.port import UdpPort
from nakamise_livestream.sfu.wire.srtp import MAX_PACKET, NotAuthentic, Srtp
from nakamise_livestream.sfu.wire.stun import Address, Check

_log = logging.getLogger(__name__)

# A client checks every pair of its own and our candidates; more addresses than this are no client's.
MAX_ADDRESSES: Final = 16
# An address that was heard within this time is not given to another peer.
_ADDRESS_HELD_S: Final = 5.0


class Security(msgspec.Struct, frozen=True):
    """What the offer says about DTLS: fingerprints as (hash, value), and which role is left to us."""

    fingerprints: Sequence[tuple[str, str]]
    our_role: DtlsRole


class PeerUser(Protocol):
    """What a session does with its connection."""

    def ready(self, srtp: Srtp, now: float) -> None:
        """Media may flow from now on."""

    def rtp(self, packet: bytes, now: float) -> None:
        """A plain RTP packet."""

    def rtcp(self, packet: bytes, now: float) -> None:
        """A plain compound RTCP packet."""

    def lost(self, reason: str) -> None:
        """The peer is gone by itself: it closed DTLS ("left") or the handshake failed ("failed")."""


class Peer:
    """Registered at its port from the start until :meth:`close`."""

    def __init__(self, port: UdpPort, certificate: Certificate, security: Security, user: PeerUser) -> None:
        self._port = port
        self._user = user
        self._security = security
        self._link = DtlsLink(certificate, send=self.send, role=security.our_role, closed=self._left)
        self._handshake: asyncio.Task[None] | None = None
        self._former: Credentials | None = None
        self._addresses: list[Address] = []
        self.credentials = Credentials.fresh()
        self.address: Address | None = None
        """Where it gets what we send: the last nominated pair."""
        self.srtp: Srtp | None = None
        self.heard = time.monotonic()
        """When the last authentic datagram came."""
        self.closed = False
        port.by_ufrag[self.credentials.ufrag] = self

    def restart(self) -> Credentials:
        """New credentials (ICE restart); the former ones hold until the new are used."""
        if self._former:
            self._port.by_ufrag.pop(self._former.ufrag, None)
        self._former = self.credentials
        self.credentials = Credentials.fresh()
        self._port.by_ufrag[self.credentials.ufrag] = self
        return self.credentials

    async def close(self) -> None:
        """Tell the other side and forget it; the user is not called any more."""
        if self.closed:
            return
        self._forget()
        if self._handshake:
            self._handshake.cancel()
        await self._link.close()

    def send(self, datagram: bytes | memoryview) -> None:
        if self.address is not None:
            self._port.send(datagram, self.address)

    # --- PortUser -----------------------------------------------------------------------------

    def check(self, check: Check, address: Address, now: float) -> None:
        credentials = self._credentials_of(check)
        if credentials is None or not self._claim(address, now):
            return
        if credentials is self.credentials and self._former:
            self._port.by_ufrag.pop(self._former.ufrag, None)
            self._former = None
        self.heard = now
        self._port.send(check.answer(credentials.password, address), address)
        if self.address is None or check.nominates:
            self.address = address
        if self._handshake is None:
            self._handshake = asyncio.create_task(self._secure())

    def dtls(self, datagram: bytes) -> None:
        self._link.feed(datagram)

    def media(self, datagram: bytes, now: float) -> None:
        if self.srtp is None or not 12 <= len(datagram) <= MAX_PACKET:
            return
        try:
            # RFC 5761 §4: RTCP packet types lie where RTP has payload types 64 to 95 with the marker set.
            if 192 <= datagram[1] <= 223:
                packet, take = self.srtp.unprotect_rtcp(datagram), self._user.rtcp
            else:
                packet, take = self.srtp.unprotect(datagram), self._user.rtp
        except NotAuthentic:
            return
        self.heard = now
        take(packet, now)

    # --- inside -------------------------------------------------------------------------------

    def _credentials_of(self, check: Check) -> Credentials | None:
        for credentials in (self.credentials, self._former):
            if credentials and credentials.ufrag == check.ufrag and check.signed_with(credentials.password):
                return credentials
        return None

    def _claim(self, address: Address, now: float) -> bool:
        """Whether packets from ``address`` are this peer's: nobody takes another's by a forged sender."""
        holder = self._port.by_address.get(address)
        if holder is self:
            return True
        if isinstance(holder, Peer) and now - holder.heard < _ADDRESS_HELD_S:
            return False
        if len(self._addresses) == MAX_ADDRESSES:
            self._give_back(self._addresses[0] if self._addresses[0] != self.address else self._addresses[1])
        self._addresses.append(address)
        self._port.by_address[address] = self
        return True

    def _give_back(self, address: Address) -> None:
        self._addresses.remove(address)
        if self._port.by_address.get(address) is self:
            del self._port.by_address[address]

    async def _secure(self) -> None:
        try:
            srtp = await self._link.handshake(self._security.fingerprints)
        except HandshakeFailed as error:
            _log.info("peer at %s: %s", self.address, error)
            self._lost("failed")
            return
        self.srtp = srtp
        self._user.ready(srtp, time.monotonic())

    def _left(self) -> None:
        self._lost("left")

    def _lost(self, reason: str) -> None:
        if not self.closed:
            self._forget()
            self._user.lost(reason)

    def _forget(self) -> None:
        self.closed = True
        self.srtp = None
        for credentials in (self.credentials, self._former):
            if credentials:
                self._port.by_ufrag.pop(credentials.ufrag, None)
        for address in tuple(self._addresses):
            self._give_back(address)
