"""The worker's UDP port: all peers on one socket, told apart by address (RFC 7983 by first byte)."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
import time
from typing import Final, Protocol

from nakamise_livestream.sfu.wire.stun import Address, Check, read_check

_log = logging.getLogger(__name__)

MAX_DATAGRAM: Final = 2048
BUFFER_BYTES: Final = 4 << 20

# One wake-up of the loop reads at most so many, so that control requests get their turn.
_BATCH: Final = 128

# linux/udp.h; the socket module has no names for them.
_SOL_UDP: Final = 17
_UDP_SEGMENT: Final = 103
_NOT_ALLOWED: Final = {errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.ENOPROTOOPT, errno.EOPNOTSUPP}


class PortUser(Protocol):
    """Who is behind an address or a user name fragment."""

    def check(self, check: Check, address: Address, now: float) -> None:
        """A binding request for one of its fragments, not authenticated."""

    def dtls(self, datagram: bytes) -> None: ...

    def media(self, datagram: bytes, now: float) -> None:
        """SRTP or SRTCP."""


class UdpPort:
    """Opened in a running loop; all sends are immediate, and what the socket has no room for is lost."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._prepare(host, port)
        except OSError:
            self.socket.close()
            raise
        self.number: int = self.socket.getsockname()[1]
        self.by_ufrag: dict[str, PortUser] = {}
        self.by_address: dict[Address, PortUser] = {}
        self.unsent = 0
        """Datagrams that the socket did not take."""
        self._segment = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.socket, self._readable)

    def close(self) -> None:
        self._loop.remove_reader(self.socket)
        self.socket.close()

    def send(self, datagram: bytes | memoryview, address: Address) -> None:
        if self._segment:
            self._cut_at(0)
        try:
            self.socket.sendto(datagram, address)
        except OSError:
            self.unsent += 1

    def send_segments(self, datagrams: memoryview, segment: int, address: Address) -> bool:
        """Send datagrams of ``segment`` bytes each (the last may be shorter) by one system call.

        False: the kernel or the way to this address does not allow it, nothing was sent.
        """
        try:
            # An option of the socket and not of the message: a run goes to hundreds of viewers with the same one.
            if segment != self._segment:
                self._cut_at(segment)
            self.socket.sendto(datagrams, address)
        except OSError as error:
            if error.errno in _NOT_ALLOWED:
                return False
            self.unsent += 1
        return True

    def _cut_at(self, segment: int) -> None:
        self.socket.setsockopt(_SOL_UDP, _UDP_SEGMENT, segment)
        self._segment = segment

    def receive(self, datagram: bytes, address: Address, now: float) -> None:
        """Hand a datagram to whom it is for; a malformed one is dropped."""
        if not datagram:
            return
        first = datagram[0]
        if first < 4:
            self._stun(datagram, address, now)
            return
        user = self.by_address.get(address)
        if user is None:
            return
        if 128 <= first <= 191:
            user.media(datagram, now)
        elif 20 <= first <= 63:
            user.dtls(datagram)

    def _stun(self, datagram: bytes, address: Address, now: float) -> None:
        check = read_check(datagram)
        user = self.by_ufrag.get(check.ufrag) if check else None
        if check and user:
            user.check(check, address, now)

    def _readable(self) -> None:
        for _ in range(_BATCH):
            try:
                datagram, address = self.socket.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:
                _log.debug("UDP port: %s", error)
                return
            try:
                self.receive(datagram, address, time.monotonic())
            except Exception:  # noqa: BLE001 - one client's packet must not lose those of the others
                _log.exception("datagram of %d bytes", len(datagram))

    def _prepare(self, host: str, port: int) -> None:
        self.socket.setblocking(False)
        if self.socket.family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            self.socket.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        self.socket.bind((host, port))
        # Linux reports twice what it grants.
        granted = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) // 2
        if granted < BUFFER_BYTES:
            _log.info(
                "UDP buffers of %d KiB only: raise net.core.wmem_max and rmem_max to %d for large audiences",
                granted >> 10,
                BUFFER_BYTES,
            )


def segmentation_works(udp: socket.socket) -> bool:
    """Whether the kernel has UDP_SEGMENT (Linux since 4.18)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        udp.getsockopt(_SOL_UDP, _UDP_SEGMENT)
    except OSError:
        return False
    return True
