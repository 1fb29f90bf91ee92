"""RTCP packets to bytes; several of them one after the other are a compound packet."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from nakamise_livestream.sfu.rtp import rtcp

_HEAD = struct.Struct("!BBH")
_REMB_MANTISSA_BITS = 18


def sender_report(report: rtcp.SenderReport) -> bytes:
    body = struct.pack(
        "!IQIII",
        report.ssrc,
        report.ntp,
        report.timestamp,
        report.packets & 0xFFFFFFFF,
        report.octets & 0xFFFFFFFF,
    )
    return _packet(rtcp.SENDER_REPORT, len(report.reports), body + _blocks(report.reports))


def receiver_report(report: rtcp.ReceiverReport) -> bytes:
    body = report.ssrc.to_bytes(4) + _blocks(report.reports)
    return _packet(rtcp.RECEIVER_REPORT, len(report.reports), body)


def source_description(ssrc: int, name: str) -> bytes:
    """One chunk with the CNAME ``name`` (255 bytes of UTF-8 at most)."""
    text = name.encode()
    chunk = ssrc.to_bytes(4) + bytes((1, len(text))) + text + b"\0"
    return _packet(rtcp.SOURCE_DESCRIPTION, 1, chunk + bytes(-len(chunk) % 4))


def goodbye(ssrcs: Sequence[int]) -> bytes:
    return _packet(rtcp.GOODBYE, len(ssrcs), b"".join(ssrc.to_bytes(4) for ssrc in ssrcs))


def nack(message: rtcp.Nack) -> bytes:
    """``sequences`` in rising order (wraps allowed); runs of 17 share an entry."""
    body = struct.pack("!II", message.sender, message.ssrc)
    return _packet(rtcp.TRANSPORT_FEEDBACK, 1, body + _lost(message.sequences))


def _lost(sequences: Iterable[int]) -> bytes:
    entries: list[list[int]] = []
    for sequence in sequences:
        distance = (sequence - entries[-1][0]) & 0xFFFF if entries else 0
        if 1 <= distance <= 16:
            entries[-1][1] |= 1 << distance - 1
        else:
            entries.append([sequence, 0])
    return b"".join(struct.pack("!HH", first, following) for first, following in entries)


def picture_loss(message: rtcp.PictureLoss) -> bytes:
    return _packet(rtcp.PAYLOAD_FEEDBACK, 1, struct.pack("!II", message.sender, message.ssrc))


def full_intra(message: rtcp.FullIntra) -> bytes:
    entries = b"".join(struct.pack("!II", ssrc, number << 24) for ssrc, number in message.requests)
    return _packet(rtcp.PAYLOAD_FEEDBACK, 4, struct.pack("!II", message.sender, 0) + entries)


def bitrate_limit(message: rtcp.BitrateLimit) -> bytes:
    exponent = max(0, message.bitrate.bit_length() - _REMB_MANTISSA_BITS)
    mantissa = message.bitrate >> exponent
    body = struct.pack("!II4sB", message.sender, 0, b"REMB", len(message.ssrcs))
    body += (exponent << _REMB_MANTISSA_BITS | mantissa).to_bytes(3)
    body += b"".join(ssrc.to_bytes(4) for ssrc in message.ssrcs)
    return _packet(rtcp.PAYLOAD_FEEDBACK, 15, body)


def _blocks(reports: Iterable[rtcp.ReportBlock]) -> bytes:
    return b"".join(
        struct.pack(
            "!IB3sIIII",
            block.ssrc,
            block.fraction_lost,
            block.lost.to_bytes(3, signed=True),
            block.highest_sequence,
            block.jitter,
            block.last_report,
            block.delay,
        )
        for block in reports
    )


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body
