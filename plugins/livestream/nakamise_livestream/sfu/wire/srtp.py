"""Keys of one secured session (RFC 3711, RFC 7714), and packets in and out of them.

What goes to hundreds of viewers is sealed by the stream itself with :attr:`Srtp.aead` and :attr:`Srtp.salt`; all else
(what comes in, RTCP, profiles without AEAD) goes through libsrtp, which also refuses replayed packets.
"""

from __future__ import annotations

from typing import Final

import pylibsrtp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAX_PACKET: Final = 1500

LABEL_RTP_KEY: Final = 0
LABEL_RTP_SALT: Final = 2

# An IV of AES-CM is 14 bytes of salt and a 16-bit block counter.
_CM_SALT_LENGTH: Final = 14
_LABEL_AT: Final = 7


class NotAuthentic(Exception):
    """A packet that was not made with the session's key, or was seen before."""


def derive(master_key: bytes, master_salt: bytes, label: int, length: int) -> bytes:
    """Key derivation of RFC 3711 §4.3 with a key derivation rate of 0."""
    iv = bytearray(master_salt.ljust(_CM_SALT_LENGTH, b"\0"))
    iv[_LABEL_AT] ^= label
    counter = modes.CTR(bytes(iv) + b"\0\0")
    return Cipher(algorithms.AES(master_key), counter).encryptor().update(bytes(length))


class Srtp:
    """Both directions of one session. With an AEAD profile, ``sealing`` is our master key and master salt."""

    def __init__(
        self,
        inbound: pylibsrtp.Session,
        outbound: pylibsrtp.Session,
        sealing: tuple[bytes, bytes] | None,
    ) -> None:
        self._inbound = inbound
        self._outbound = outbound
        self.aead: AESGCM | None = None
        self.salt = 0
        if sealing is not None:
            key, salt = sealing
            self.aead = AESGCM(derive(key, salt, LABEL_RTP_KEY, len(key)))
            self.salt = int.from_bytes(derive(key, salt, LABEL_RTP_SALT, len(salt)), "big")

    def unprotect(self, packet: bytes) -> bytes:
        """Plain RTP. Raises :class:`NotAuthentic`."""
        try:
            return bytes(self._inbound.unprotect(packet))
        except (pylibsrtp.Error, ValueError) as error:
            raise NotAuthentic from error

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """Plain RTCP. Raises :class:`NotAuthentic`."""
        try:
            return bytes(self._inbound.unprotect_rtcp(packet))
        except (pylibsrtp.Error, ValueError) as error:
            raise NotAuthentic from error

    def protect(self, packet: bytes) -> bytes:
        """SRTP. Raises :class:`pylibsrtp.Error` for a sequence number that lies too far back."""
        return bytes(self._outbound.protect(packet))

    def protect_rtcp(self, compound: bytes) -> bytes:
        return bytes(self._outbound.protect_rtcp(compound))
