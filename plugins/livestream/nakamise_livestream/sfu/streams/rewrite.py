"""How a class of viewers sees a layer's packets: the same header bytes for all of them."""

from __future__ import annotations

import msgspec

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, MID, WantedTrack
from nakamise_livestream.sfu.streams.media import Media

_SSRC_IN_NONCE = 48
_ABS_LENGTH = 3


class Extensions(msgspec.Struct, frozen=True):
    """The extension block around the abs-send-time: constant bytes before and after; ``timed`` if it is there."""

    before: bytes
    after: bytes
    timed: bool

    def block(self, sent: int) -> bytes:
        return self.before + sent.to_bytes(_ABS_LENGTH, "big") + self.after if self.timed else self.before


def extensions_for(track: WantedTrack) -> Extensions:
    values: dict[int, bytes] = {}
    if ABS_SEND_TIME in track.extensions:
        values[track.extensions[ABS_SEND_TIME]] = bytes(_ABS_LENGTH)
    timed = bool(values)
    if MID in track.extensions and track.mid:
        values[track.extensions[MID]] = track.mid.encode()
    block = header.pack_extensions(values)
    if not timed:
        return Extensions(block, b"", timed=False)
    value_at = 5 if block.startswith(b"\xbe\xde") else 6
    return Extensions(block[:value_at], block[value_at + _ABS_LENGTH :], timed=True)


class Rewrite(msgspec.Struct, frozen=True):
    """``shift`` makes a layer's number the viewer's 48-bit SRTP index (roll-over counter and sequence number)."""

    payload_type: int
    ssrc: int
    shift: int
    timestamp_shift: int
    extensions: Extensions

    def header(self, media: Media) -> bytes:
        """A pure function of the packet, as the cipher's nonce demands: no clock, no counter."""
        block = self.extensions.block(media.sent)
        flags = header.VERSION | (header.EXTENSION if block else 0) | (header.PADDING if media.padding else 0)
        fixed = header.FIXED.pack(
            flags,
            media.marker | self.payload_type,
            (media.number + self.shift) & 0xFFFF,
            (media.timestamp + self.timestamp_shift) & 0xFFFFFFFF,
            self.ssrc,
        )
        return fixed + block

    def nonce(self, media: Media) -> int:
        """RFC 7714 §8.1 before the salt: two zero bytes, SSRC, roll-over counter, sequence number."""
        return self.ssrc << _SSRC_IN_NONCE | media.number + self.shift
