"""RTCP: the packets an SFU reads and writes (RFC 3550 §6, RFC 4585, RFC 5104, REMB)."""

from __future__ import annotations

import msgspec

SENDER_REPORT = 200
RECEIVER_REPORT = 201
SOURCE_DESCRIPTION = 202
GOODBYE = 203
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206


class ReportBlock(msgspec.Struct, frozen=True, gc=False):
    """``fraction_lost`` in 1/256; ``lost`` is signed; ``jitter`` in timestamp units; ``delay`` in 1/65536 s.

    ``last_report`` is the middle 32 bits of the NTP time of the sender report heard last, 0 for none.
    """

    ssrc: int
    fraction_lost: int
    lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    delay: int


class SenderReport(msgspec.Struct, frozen=True):
    """``ntp`` is the 64-bit fixed-point time that belongs to the RTP timestamp ``timestamp``."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    reports: tuple[ReportBlock, ...] = ()


class ReceiverReport(msgspec.Struct, frozen=True):
    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


class SourceDescription(msgspec.Struct, frozen=True):
    """Only the canonical names are kept: pairs of SSRC and CNAME."""

    names: tuple[tuple[int, str], ...]


class Goodbye(msgspec.Struct, frozen=True):
    ssrcs: tuple[int, ...]


class Nack(msgspec.Struct, frozen=True):
    """Generic NACK (RFC 4585 §6.2.1)."""

    sender: int
    ssrc: int
    sequences: tuple[int, ...]


class PictureLoss(msgspec.Struct, frozen=True):
    """PLI (RFC 4585 §6.3.1)."""

    sender: int
    ssrc: int


class FullIntra(msgspec.Struct, frozen=True):
    """FIR (RFC 5104 §4.3.1): pairs of SSRC and command number."""

    sender: int
    requests: tuple[tuple[int, int], ...]


class BitrateLimit(msgspec.Struct, frozen=True):
    """REMB (draft-alvestrand-rmcat-remb-03): bits per second for all of ``ssrcs`` together."""

    sender: int
    bitrate: int
    ssrcs: tuple[int, ...]


Report = SenderReport | ReceiverReport
Feedback = Nack | PictureLoss | FullIntra | BitrateLimit
Message = Report | SourceDescription | Goodbye | Feedback
