"""The fence around aiortc's DTLS: the only module that touches names which aiortc does not promise.

:func:`missing_names` tells what an aiortc of another version lacks; the worker asks it at its start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Literal, cast

from aiortc import rtcdtlstransport
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from aiortc.rtcicetransport import RTCIceTransport
from OpenSSL import SSL

from nakamise_livestream.sfu.wire.srtp import Srtp

DtlsRole = Literal["server", "client"]

HANDSHAKE_TIMEOUT_S: Final = 10.0
FINGERPRINT_HASHES: Final = frozenset({"sha-256", "sha-384", "sha-512"})

# A handshake has a few datagrams under way; more is a flood.
_QUEUED: Final = 32
_EXPORTER: Final = b"EXTRACTOR-dtls_srtp"
_USED: Final = {
    "RTCCertificate": (RTCCertificate, ("_create_ssl_context", "generateCertificate", "getFingerprints")),
    "RTCDtlsTransport": (
        RTCDtlsTransport,
        ("_set_role", "_setup_srtp", "_recv_next", "_write_ssl", "start", "stop", "state"),
    ),
    "rtcdtlstransport": (rtcdtlstransport, ("SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80")),
}
_USED_OF_INSTANCES: Final = ("_srtp_profiles", "_ssl", "_rx_srtp", "_tx_srtp", "_role")


class HandshakeFailed(Exception):
    """No DTLS with this peer: another certificate than announced, no common SRTP profile, no answer."""


def missing_names() -> list[str]:
    """Names of aiortc which this module needs and does not find, e.g. after an upgrade."""
    missing = [
        f"{owner}.{name}"
        for owner, (thing, names) in _USED.items()
        for name in names
        if not hasattr(thing, name)
    ]
    if not missing:
        link = DtlsLink(Certificate.generate(), send=_nowhere)
        missing = [f"RTCDtlsTransport().{n}" for n in _USED_OF_INSTANCES if not hasattr(link.transport, n)]
    return missing


def _nowhere(datagram: bytes) -> None:
    """No peer."""


def _profiles() -> list[SRTPProtectionProfile]:
    """Best first: as the server we choose, and AES-GCM costs a third of AES-CM with SHA-1."""
    return [rtcdtlstransport.SRTP_AEAD_AES_128_GCM, rtcdtlstransport.SRTP_AES128_CM_SHA1_80]


class Certificate(RTCCertificate):
    """A worker's certificate. Its TLS context is made once: making one costs more than a handshake."""

    _context: SSL.Context | None = None

    @classmethod
    def generate(cls) -> Certificate:
        return cls.generateCertificate()

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context

    @property
    def sha256(self) -> str:
        """The fingerprint as it stands in SDP, without the name of the hash."""
        return next(f.value for f in self.getFingerprints() if f.algorithm == "sha-256")


class _Datagrams:
    """What aiortc's transport needs of an ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.send = send
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(_QUEUED)

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, datagram: bytes) -> None:
        self.send(datagram)


class DtlsLink:
    """One DTLS association. ``closed`` is called once when the other side ends it."""

    def __init__(
        self,
        certificate: Certificate,
        *,
        send: Callable[[bytes], None],
        role: DtlsRole = "server",
        closed: Callable[[], None] = lambda: None,
    ) -> None:
        self._datagrams = _Datagrams(send)
        self._closed = closed
        self._over = False
        self.transport = RTCDtlsTransport(cast("RTCIceTransport", self._datagrams), [certificate])
        self.transport._srtp_profiles = _profiles()
        self.transport._set_role(role)
        self.transport.on("statechange", self._state_changed)

    def feed(self, datagram: bytes) -> None:
        """Take a datagram with DTLS records; what comes faster than it is worked off is lost."""
        if not self._datagrams.queue.full():
            self._datagrams.queue.put_nowait(datagram)

    async def handshake(self, fingerprints: Sequence[tuple[str, str]]) -> Srtp:
        """Handshake with the peer whose certificate has ``fingerprints`` (hash, value).

        Raises :class:`HandshakeFailed`.
        """
        parameters = RTCDtlsParameters(
            [RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints]
        )
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
                await self.transport.start(parameters)
        except (TimeoutError, SSL.Error) as error:
            raise HandshakeFailed(f"no DTLS: {error!r}") from error
        if self.transport.state != "connected":
            raise HandshakeFailed("DTLS failed")
        return self._srtp()

    async def close(self) -> None:
        """Tell the peer and end."""
        self._over = True
        await self.transport.stop()

    def _srtp(self) -> Srtp:
        tls = cast("SSL.Connection", self.transport._ssl)
        name = tls.get_selected_srtp_profile()
        profile = next(p for p in _profiles() if p.openssl_profile == name)
        sealing = None
        if b"GCM" in name:
            size = 2 * (profile.key_length + profile.salt_length)
            index = 1 if self.transport._role == "server" else 0
            both = profile.get_key_and_salt(tls.export_keying_material(_EXPORTER, size), index)
            sealing = both[: profile.key_length], both[profile.key_length :]
        return Srtp(self.transport._rx_srtp, self.transport._tx_srtp, sealing)

    def _state_changed(self) -> None:
        if self.transport.state == "closed" and not self._over:
            self._over = True
            self._closed()
