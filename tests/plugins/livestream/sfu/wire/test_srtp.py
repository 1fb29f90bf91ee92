"""Keys and packets, against the RFCs' examples and libsrtp."""

from __future__ import annotations

import struct

import pylibsrtp
import pytest

from nakamise_livestream.sfu.wire.srtp import (
    LABEL_RTP_KEY,
    LABEL_RTP_SALT,
    NotAuthentic,
    Srtp,
    derive,
)

KEY = bytes(range(16))
SALT = bytes(range(100, 112))


def _session(profile: int, key: bytes, kind: int) -> pylibsrtp.Session:
    return pylibsrtp.Session(pylibsrtp.Policy(key=key, ssrc_type=kind, srtp_profile=profile))


def _pair(profile: int, key: bytes, sealing: tuple[bytes, bytes] | None) -> tuple[Srtp, Srtp]:
    """Two ends, each of which takes what the other sends."""
    ends = [
        Srtp(
            _session(profile, key, pylibsrtp.Policy.SSRC_ANY_INBOUND),
            _session(profile, key, pylibsrtp.Policy.SSRC_ANY_OUTBOUND),
            sealing,
        )
        for _ in range(2)
    ]
    return ends[0], ends[1]


GCM = (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, KEY + SALT, (KEY, SALT))
CM = (pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, KEY + SALT + b"xy", None)


def _rtp(sequence: int, ssrc: int = 0xCAFE) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 90_000, ssrc) + b"payload of some length"


def _receiver_report(ssrc: int = 1) -> bytes:
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc)


def test_key_derivation_of_rfc_3711_b3() -> None:
    key = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
    salt = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
    assert derive(key, salt, LABEL_RTP_KEY, 16).hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert derive(key, salt, LABEL_RTP_SALT, 14).hex().upper() == "30CBBC08863D8C85D49DB34A9AE1"


def test_what_we_seal_ourselves_libsrtp_opens() -> None:
    """Over a wrap of the sequence number: the receiver counts the roll-overs (RFC 7714 §8.1)."""
    ours, theirs = _pair(*GCM)
    assert ours.aead
    for index in (65_534, 65_535, 65_536, 65_537):
        packet = _rtp(index & 0xFFFF)
        header, payload = packet[:12], packet[12:]
        nonce = (ours.salt ^ (0xCAFE << 48) ^ index).to_bytes(12, "big")
        assert theirs.unprotect(header + ours.aead.encrypt(nonce, payload, header)) == packet


@pytest.mark.parametrize("profile", [GCM, CM], ids=["gcm", "cm"])
def test_both_ways(profile: tuple[int, bytes, tuple[bytes, bytes] | None]) -> None:
    ours, theirs = _pair(*profile)
    assert (ours.aead is None) == (profile[2] is None)
    assert theirs.unprotect(ours.protect(_rtp(1))) == _rtp(1)
    assert ours.unprotect_rtcp(theirs.protect_rtcp(_receiver_report())) == _receiver_report()


@pytest.mark.parametrize("profile", [GCM, CM], ids=["gcm", "cm"])
def test_forged_and_replayed_packets(profile: tuple[int, bytes, tuple[bytes, bytes] | None]) -> None:
    ours, theirs = _pair(*profile)
    sealed = ours.protect(_rtp(1))
    forged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(NotAuthentic):
        theirs.unprotect(forged)
    theirs.unprotect(sealed)
    with pytest.raises(NotAuthentic):
        theirs.unprotect(sealed)
    with pytest.raises(NotAuthentic):
        theirs.unprotect_rtcp(_receiver_report() + b"x" * 20)
    with pytest.raises(NotAuthentic):
        theirs.unprotect(b"\x80" * 1_600)
