"""Compound RTCP packets from bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable

from nakamise_livestream.sfu.rtp import rtcp
from nakamise_livestream.sfu.rtp.errors import MalformedPacketError

_HEAD = struct.Struct("!BBH")
_SENDER = struct.Struct("!IQIII")
_BLOCK = struct.Struct("!IB3sIIII")
_PAIR = struct.Struct("!II")
_LOST = struct.Struct("!HH")
_CNAME = 1


def parse(compound: bytes) -> list[rtcp.Message]:
    """The messages in their order; packet types that nobody here reads are left out.

    :raises MalformedPacketError: a length that points outside, or a body too short for its type.
    """
    found: list[rtcp.Message] = []
    at = 0
    while at < len(compound):
        if len(compound) - at < _HEAD.size:
            raise MalformedPacketError("shorter than an RTCP header")
        first, kind, words = _HEAD.unpack_from(compound, at)
        end = at + 4 * (words + 1)
        if first >> 6 != 2 or end > len(compound):
            raise MalformedPacketError("not RTCP version 2, or cut off")
        message = _message(kind, first & 0x1F, _body(first, compound[at + _HEAD.size : end]))
        if message is not None:
            found.append(message)
        at = end
    return found


def _body(first: int, body: bytes) -> bytes:
    if not first & 0x20:
        return body
    if not body or not 0 < body[-1] <= len(body):
        raise MalformedPacketError("padding longer than the packet")
    return body[: -body[-1]]


def _message(kind: int, count: int, body: bytes) -> rtcp.Message | None:
    reader = _READERS.get(kind)
    if reader is None:
        return None
    try:
        return reader(count, body)
    except (struct.error, IndexError) as error:
        raise MalformedPacketError(f"RTCP type {kind} is too short") from error


def _sender_report(count: int, body: bytes) -> rtcp.Message:
    ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
    return rtcp.SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(count, body, _SENDER.size))


def _receiver_report(count: int, body: bytes) -> rtcp.Message:
    return rtcp.ReceiverReport(_ssrc(body, 0), _blocks(count, body, 4))


def _blocks(count: int, body: bytes, start: int) -> tuple[rtcp.ReportBlock, ...]:
    return tuple(_block(body, start + number * _BLOCK.size) for number in range(count))


def _block(body: bytes, at: int) -> rtcp.ReportBlock:
    ssrc, fraction, lost, highest, jitter, last_report, delay = _BLOCK.unpack_from(body, at)
    return rtcp.ReportBlock(
        ssrc, fraction, int.from_bytes(lost, signed=True), highest, jitter, last_report, delay
    )


def _source_description(count: int, body: bytes) -> rtcp.Message:
    names: list[tuple[int, str]] = []
    at = 0
    for _ in range(count):
        ssrc = _ssrc(body, at)
        at += 4
        while body[at]:
            kind, length = body[at], body[at + 1]
            if kind == _CNAME:
                names.append((ssrc, body[at + 2 : at + 2 + length].decode(errors="replace")))
            at += 2 + length
        at += 4 - at % 4  # the null octet that ends the chunk, and its padding
    return rtcp.SourceDescription(tuple(names))


def _goodbye(count: int, body: bytes) -> rtcp.Message:
    return rtcp.Goodbye(tuple(_ssrc(body, 4 * number) for number in range(count)))


def _transport_feedback(form: int, body: bytes) -> rtcp.Message | None:
    if form != 1:
        return None
    sender, ssrc = _PAIR.unpack_from(body)
    lost: list[int] = []
    for first, following in _LOST.iter_unpack(body[_PAIR.size :]):
        lost.append(first)
        lost += [(first + 1 + bit) & 0xFFFF for bit in range(16) if following >> bit & 1]
    return rtcp.Nack(sender, ssrc, tuple(lost))


def _payload_feedback(form: int, body: bytes) -> rtcp.Message | None:
    sender, ssrc = _PAIR.unpack_from(body)
    rest = body[_PAIR.size :]
    if form == 1:
        return rtcp.PictureLoss(sender, ssrc)
    if form == 4:
        return rtcp.FullIntra(sender, tuple((one, number >> 24) for one, number in _PAIR.iter_unpack(rest)))
    if form == 15 and rest[:4] == b"REMB":
        return _bitrate_limit(sender, rest)
    return None


def _bitrate_limit(sender: int, rest: bytes) -> rtcp.Message:
    mantissa = (rest[5] & 0x03) << 16 | rest[6] << 8 | rest[7]
    ssrcs = tuple(_ssrc(rest, 8 + 4 * number) for number in range(rest[4]))
    return rtcp.BitrateLimit(sender, mantissa << (rest[5] >> 2), ssrcs)


def _ssrc(body: bytes, at: int) -> int:
    if at + 4 > len(body):
        raise MalformedPacketError("no room for an SSRC")
    return int.from_bytes(body[at : at + 4])


_READERS: dict[int, Callable[[int, bytes], rtcp.Message | None]] = {
    rtcp.SENDER_REPORT: _sender_report,
    rtcp.RECEIVER_REPORT: _receiver_report,
    rtcp.SOURCE_DESCRIPTION: _source_description,
    rtcp.GOODBYE: _goodbye,
    rtcp.TRANSPORT_FEEDBACK: _transport_feedback,
    rtcp.PAYLOAD_FEEDBACK: _payload_feedback,
}
