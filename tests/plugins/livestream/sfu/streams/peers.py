"""A publisher and viewers as a stream meets them: real packets, real AES-GCM, no sockets, time by hand."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nakamise_livestream.sfu.rtp import header, rtcp, rtcp_build, rtcp_parse
from nakamise_livestream.sfu.rtp.sequence import nearest
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, MID, PublishedTrack, WantedTrack
from nakamise_livestream.sfu.streams.stream import Stream

VIDEO_PT, VIDEO_RTX_PT, AUDIO_PT = 96, 97, 111
FU_A, FU_START, IDR, SLICE = 0x7C, 0x80, 5, 1
RID_ID = 10


class Gcm:
    """AES-GCM that remembers what it sealed under which nonce, and refuses the second different one."""

    def __init__(self, key: bytes) -> None:
        self.sealed: dict[bytes, tuple[bytes, bytes]] = {}
        self._aead = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        self._log(nonce, data, associated)
        return self._aead.encrypt(nonce, data, associated)

    def encrypt_into(self, nonce: bytes, data: bytes, associated: bytes, place: memoryview) -> int:
        self._log(nonce, data, associated)
        return self._aead.encrypt_into(nonce, data, associated, place)

    def _log(self, nonce: bytes, data: bytes, associated: bytes) -> None:
        before = self.sealed.setdefault(bytes(nonce), (bytes(data), bytes(associated)))
        assert before == (bytes(data), bytes(associated)), "one nonce, two packets"


class Line:
    """A viewer's outlet and, at its other end, an SRTP receiver with its own roll-over counter (RFC 3711 §3.3.1)."""

    def __init__(self) -> None:
        self.key = os.urandom(16)
        self.salt = int.from_bytes(os.urandom(12), "big")
        self.gcm = Gcm(self.key)
        self.datagrams: list[bytes] = []
        self.compounds: list[bytes] = []
        self.calls = 0
        self._highest: dict[int, int] = {}

    @property
    def aead(self) -> AESGCM | None:
        return cast("AESGCM", self.gcm)

    def protect(self, packet: bytes) -> bytes:
        raise AssertionError("this line has AES-GCM")

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        self.calls += 1
        assert len(datagrams) <= 64_000
        assert (len(datagrams) + segment - 1) // segment <= 40
        self.datagrams += [bytes(datagrams[at : at + segment]) for at in range(0, len(datagrams), segment)]

    def send_rtcp(self, compound: bytes) -> None:
        self.compounds.append(compound)

    def opened(self) -> list[header.Packet]:
        """What came since the last call, decrypted; a packet that does not open raises InvalidTag."""
        taken, self.datagrams = self.datagrams, []
        return [self.open(datagram) for datagram in taken]

    def open(self, datagram: bytes) -> header.Packet:
        outer = header.parse(bytes((datagram[0] & ~header.PADDING,)) + datagram[1:])
        body = len(datagram) - len(outer.payload)
        highest = self._highest.get(outer.ssrc)
        index = outer.sequence if highest is None else nearest(outer.sequence, highest)
        nonce = (self.salt ^ (outer.ssrc << 48 | index)).to_bytes(12, "big")
        plain = AESGCM(self.key).decrypt(nonce, datagram[body:], datagram[:body])
        self._highest[outer.ssrc] = index if highest is None else max(index, highest)
        return header.parse(datagram[:body] + plain)

    def highest(self, ssrc: int) -> int:
        return self._highest.get(ssrc, 0)

    def messages(self) -> list[rtcp.Message]:
        taken, self.compounds = self.compounds, []
        return [message for compound in taken for message in rtcp_parse.parse(compound)]


class Back:
    """An upstream that keeps what a publisher is told."""

    def __init__(self) -> None:
        self.compounds: list[bytes] = []

    def send_rtcp(self, compound: bytes) -> None:
        self.compounds.append(compound)

    def messages(self) -> list[rtcp.Message]:
        taken, self.compounds = self.compounds, []
        return [message for compound in taken for message in rtcp_parse.parse(compound)]


def rtp(
    sequence: int,
    timestamp: int,
    payload: bytes,
    *,
    ssrc: int,
    pt: int = VIDEO_PT,
    marker: bool = False,
    extensions: Mapping[int, bytes] = {},
) -> bytes:
    block = header.pack_extensions(extensions)
    first = header.VERSION | (header.EXTENSION if block else 0)
    second = pt | (header.MARKER if marker else 0)
    return header.FIXED.pack(first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + block + payload


def padding_only(sequence: int, timestamp: int, *, ssrc: int, size: int = 200) -> bytes:
    head = header.FIXED.pack(0xA0, VIDEO_PT, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + bytes(size - 1) + bytes((size,))


class Camera:
    """Frames of H.264-shaped packets; each says in its payload which frame and piece it is."""

    def __init__(
        self, ssrc: int = 1111, sequence: int = 65_000, timestamp: int = 0xFFFF0000, rid: str = ""
    ) -> None:
        self.ssrc = ssrc
        self.extensions = {RID_ID: rid.encode()} if rid else {}
        self.sequence = sequence
        self.timestamp = timestamp
        self.frame = 0

    def picture(self, pieces: int = 4, *, key: bool = False, size: int = 1000) -> list[bytes]:
        made = []
        for piece in range(pieces):
            unit = (IDR if key else SLICE) | (FU_START if piece == 0 else 0)
            payload = bytes((FU_A, unit)) + self.frame.to_bytes(4, "big") + bytes((piece, pieces))
            length = size - 7 * piece % 30
            made.append(
                rtp(
                    self.sequence,
                    self.timestamp,
                    payload + bytes(max(0, length - len(payload))),
                    ssrc=self.ssrc,
                    marker=piece == pieces - 1,
                    extensions=self.extensions,
                )
            )
            self.sequence += 1
        self.frame += 1
        self.timestamp += 3000
        return made

    def probe(self) -> bytes:
        self.sequence += 1
        return padding_only(self.sequence - 1, self.timestamp, ssrc=self.ssrc)


def video(**changes: object) -> PublishedTrack:
    track = PublishedTrack(
        kind="video", mid="1", codec="H264", pt=VIDEO_PT, rtx_pt=VIDEO_RTX_PT, clock_rate=90_000
    )
    return _changed(track, changes)


def audio(**changes: object) -> PublishedTrack:
    track = PublishedTrack(kind="audio", mid="0", codec="opus", pt=AUDIO_PT, clock_rate=48_000)
    return _changed(track, changes)


def _changed(track: PublishedTrack, changes: dict[str, object]) -> PublishedTrack:
    return msgspec.structs.replace(track, **changes)


WANTED_VIDEO = WantedTrack(kind="video", mid="v", pt=102, rtx_pt=103, extensions={MID: 3, ABS_SEND_TIME: 2})
WANTED_PLAIN = WantedTrack(kind="video", mid="v", pt=96)
WANTED_AUDIO = WantedTrack(kind="audio", mid="a", pt=109)


def frames(packets: Sequence[header.Packet]) -> dict[int, set[int]]:
    """Frame number to the pieces of it that are there; only of the camera's packets."""
    found: dict[int, set[int]] = {}
    for packet in packets:
        if len(packet.payload) >= 8:
            found.setdefault(int.from_bytes(packet.payload[2:6], "big"), set()).add(packet.payload[6])
    return found


def nack(ssrc: int, sequences: Sequence[int]) -> bytes:
    return rtcp_build.nack(rtcp.Nack(1, ssrc, tuple(sequences)))


def stream() -> Stream:
    return Stream(epoch=1_700_000_000.0)
