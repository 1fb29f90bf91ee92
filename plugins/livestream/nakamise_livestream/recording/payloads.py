"""The payloads of one picture's RTP packets become the picture: H.264 (RFC 6184), VP8 (RFC 7741), Opus (RFC 7587)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from nakamise_livestream.sfu.rtp.errors import MalformedPacketError
from nakamise_livestream.sfu.rtp.keyframes import vp8_descriptor

START: Final = b"\x00\x00\x00\x01"
_TYPE: Final = 0x1F
_STAP_A: Final = 24
_FU_A: Final = 28
_FU_START: Final = 0x80

Assemble = Callable[[Sequence[bytes]], bytes]


def h264(payloads: Sequence[bytes]) -> bytes:
    """Annex B. Raises MalformedPacketError."""
    picture = bytearray()
    for payload in payloads:
        kind = payload[0] & _TYPE
        if kind == _FU_A:
            _add_fragment(picture, payload)
        elif kind == _STAP_A:
            for nal in _aggregated(payload):
                picture += START + nal
        elif kind < _STAP_A:
            picture += START + payload
        else:
            raise MalformedPacketError("interleaved H.264, which nobody offered")
    return bytes(picture)


def _add_fragment(picture: bytearray, payload: bytes) -> None:
    if len(payload) < 3:
        raise MalformedPacketError("an empty fragment")
    if payload[1] & _FU_START:
        picture += START + bytes((payload[0] & 0xE0 | payload[1] & _TYPE,))
    elif not picture:
        raise MalformedPacketError("a fragment without its start")
    picture += payload[2:]


def _aggregated(payload: bytes) -> Iterator[bytes]:
    at = 1
    while at < len(payload):
        end = at + 2 + int.from_bytes(payload[at : at + 2])
        if end > len(payload) or end == at + 2:
            raise MalformedPacketError("an aggregate that is cut off")
        yield payload[at + 2 : end]
        at = end


def vp8(payloads: Sequence[bytes]) -> bytes:
    """Raises MalformedPacketError."""
    picture = bytearray()
    for payload in payloads:
        at = vp8_descriptor(payload)
        if at is None or at >= len(payload):
            raise MalformedPacketError("a VP8 descriptor that is cut off")
        picture += payload[at:]
    return bytes(picture)


def opus(payloads: Sequence[bytes]) -> bytes:
    return payloads[0]


ASSEMBLE: Final[dict[str, Assemble]] = {"H264": h264, "VP8": vp8, "opus": opus}
