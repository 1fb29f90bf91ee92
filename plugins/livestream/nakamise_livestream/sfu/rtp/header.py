"""The RTP header (RFC 3550 §5.1) and its extension block (RFC 8285)."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import msgspec

from nakamise_livestream.sfu.rtp.errors import MalformedPacketError

FIXED = struct.Struct("!BBHII")
VERSION = 0x80
PADDING = 0x20
EXTENSION = 0x10
MARKER = 0x80
PAYLOAD_TYPE = 0x7F

_ONE_BYTE = 0xBEDE
_TWO_BYTE = 0x1000
_BLOCK = struct.Struct("!HH")


class Packet(msgspec.Struct, frozen=True, gc=False):
    """``marker`` is 0 or 0x80, as it stands in the byte; ``payload`` is without padding; so it may be empty.

    ``extensions`` is the extension block's profile and elements, still packed.
    """

    marker: int
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    profile: int
    extensions: bytes
    payload: bytes


def parse(packet: bytes) -> Packet:
    """
    :raises MalformedPacketError: another version than 2, or lengths that point outside.
    """
    if len(packet) < FIXED.size:
        raise MalformedPacketError("shorter than a header")
    flags, second, sequence, timestamp, ssrc = FIXED.unpack_from(packet)
    if flags >> 6 != 2:
        raise MalformedPacketError("not RTP version 2")
    start = FIXED.size + 4 * (flags & 0x0F)
    profile = 0
    extensions = b""
    if flags & EXTENSION:
        profile, extensions = _extension_block(packet, start)
        start += _BLOCK.size + len(extensions)
    end = len(packet) - (packet[-1] if flags & PADDING else 0)
    if end < start or (flags & PADDING and packet[-1] == 0):
        raise MalformedPacketError("header and padding leave no room")
    return Packet(
        second & MARKER,
        second & PAYLOAD_TYPE,
        sequence,
        timestamp,
        ssrc,
        profile,
        extensions,
        packet[start:end],
    )


def _extension_block(packet: bytes, start: int) -> tuple[int, bytes]:
    if len(packet) < start + _BLOCK.size:
        raise MalformedPacketError("no room for the extension block")
    profile, words = _BLOCK.unpack_from(packet, start)
    start += _BLOCK.size
    if len(packet) < start + 4 * words:
        raise MalformedPacketError("the extension block is cut off")
    return profile, packet[start : start + 4 * words]


def extension_values(profile: int, block: bytes) -> dict[int, bytes]:
    """Id to value; an unknown profile has none. What follows a broken element is not read (RFC 8285 §4.2)."""
    if profile == _ONE_BYTE:
        return _one_byte_values(block)
    if profile & 0xFFF0 == _TWO_BYTE:
        return _two_byte_values(block)
    return {}


def _one_byte_values(block: bytes) -> dict[int, bytes]:
    values: dict[int, bytes] = {}
    at = 0
    while at < len(block):
        number, length = block[at] >> 4, (block[at] & 0x0F) + 1
        if block[at] == 0:
            at += 1
            continue
        if number == 15 or at + 1 + length > len(block):
            break
        values[number] = block[at + 1 : at + 1 + length]
        at += 1 + length
    return values


def _two_byte_values(block: bytes) -> dict[int, bytes]:
    values: dict[int, bytes] = {}
    at = 0
    while at < len(block):
        if block[at] == 0:
            at += 1
            continue
        if at + 2 > len(block) or at + 2 + block[at + 1] > len(block):
            break
        values[block[at]] = block[at + 2 : at + 2 + block[at + 1]]
        at += 2 + block[at + 1]
    return values


def pack_extensions(values: Mapping[int, bytes]) -> bytes:
    """The whole block with its head, in the order of ``values``; empty for none.

    :raises ValueError: an id outside 1..255 or a value over 255 bytes.
    """
    if not values:
        return b""
    if all(0 < number < 15 and 0 < len(value) <= 16 for number, value in values.items()):
        profile = _ONE_BYTE
        block = b"".join(bytes((number << 4 | len(value) - 1,)) + value for number, value in values.items())
    else:
        profile = _TWO_BYTE
        block = b"".join(bytes((number, len(value))) + value for number, value in values.items())
    block += bytes(-len(block) % 4)
    return _BLOCK.pack(profile, len(block) // 4) + block
