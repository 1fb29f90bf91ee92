"""The way out to a peer, as :mod:`nakamise_livestream.sfu.streams.faces` wants it."""

from __future__ import annotations

import pylibsrtp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nakamise_livestream.sfu.wire.peer import Peer
from nakamise_livestream.sfu.wire.port import UdpPort
from nakamise_livestream.sfu.wire.srtp import Srtp


class PeerOutlet:
    """Both an ``Outlet`` for a viewer and an ``Upstream`` to a publisher."""

    def __init__(self, port: UdpPort, peer: Peer, srtp: Srtp, *, segmentation: bool) -> None:
        self._port = port
        self._peer = peer
        self._srtp = srtp
        self._segmentation = segmentation
        self.aead: AESGCM | None = srtp.aead
        self.salt = srtp.salt

    def protect(self, packet: bytes) -> bytes:
        """Empty for a packet that lies too far back for libsrtp's window; :meth:`send_many` drops it."""
        try:
            return self._srtp.protect(packet)
        except (pylibsrtp.Error, ValueError):
            return b""

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        address = self._peer.address
        if address is None or not datagrams:
            return
        if len(datagrams) <= segment:
            self._port.send(datagrams, address)
            return
        if self._segmentation:
            if self._port.send_segments(datagrams, segment, address):
                return
            self._segmentation = False
        for start in range(0, len(datagrams), segment):
            self._port.send(datagrams[start : start + segment], address)

    def send_rtcp(self, compound: bytes) -> None:
        if self._peer.closed:
            return
        try:
            sealed = self._srtp.protect_rtcp(compound)
        except (pylibsrtp.Error, ValueError):
            return
        self._peer.send(sealed)
