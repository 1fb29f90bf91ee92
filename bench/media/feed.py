"""A publisher's packets: 720p30 at 1.09 Mbit/s and Opus at 64 kbit/s, 30 frames and 50 pieces of sound a second."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec

from nakamise_livestream.sfu.rtp import header, rtcp, rtcp_build
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, MID, PublishedTrack, WantedTrack

VIDEO = PublishedTrack(kind="video", mid="1", codec="H264", pt=96, rtx_pt=97, clock_rate=90_000, ssrc=11)
AUDIO = PublishedTrack(kind="audio", mid="0", codec="opus", pt=111, clock_rate=48_000, ssrc=12)
WANTED = (
    WantedTrack(kind="video", mid="1", pt=96, rtx_pt=97, extensions={MID: 4, ABS_SEND_TIME: 3}),
    WantedTrack(kind="audio", mid="0", pt=111, extensions={MID: 4}),
)
FPS = 30
GROUP = 60
_FRAME_BYTES = 4300
_KEY_BYTES = 25_000
_PIECE = 1100
_SOUND = 160
_IDR, _SLICE, _FU_A = 5, 1, 28


class Due(msgspec.Struct, frozen=True, gc=False):
    """``packet`` is sent ``at`` seconds after the beginning; RTCP if ``control``."""

    at: float
    packet: bytes
    control: bool = False


def feed() -> Iterator[Due]:
    """Without end, in the order of time."""
    return _merged(_video(), _audio(), _reports())


def packets_per_second() -> float:
    """Of media, over whole groups of pictures."""
    seconds = 10 * GROUP / FPS
    media = itertools.takewhile(lambda due: due.at < seconds, (due for due in feed() if not due.control))
    return sum(1 for _ in media) / seconds


def _merged(*parts: Iterator[Due]) -> Iterator[Due]:
    heads = {number: next(part) for number, part in enumerate(parts)}
    while True:
        first = min(heads, key=lambda number: heads[number].at)
        yield heads[first]
        heads[first] = next(parts[first])


def _video() -> Iterator[Due]:
    sequence = itertools.count(1000)
    for number in itertools.count():
        key = number % GROUP == 0
        size = _KEY_BYTES if key else _FRAME_BYTES - (_KEY_BYTES - _FRAME_BYTES) // (GROUP - 1)
        pieces = -(-size // _PIECE)
        for piece in range(pieces):
            last = piece == pieces - 1
            start = 0x80 if piece == 0 else 0
            unit = bytes((0x60 | _FU_A, start | (_IDR if key else _SLICE)))
            second = VIDEO.pt | (header.MARKER if last else 0)
            head = header.FIXED.pack(0x80, second, next(sequence) & 0xFFFF, number * 3000 & 0xFFFFFFFF, 11)
            yield Due(number / FPS, head + unit + bytes(size // pieces - piece % 3))


def _audio() -> Iterator[Due]:
    for number in itertools.count():
        head = header.FIXED.pack(0x80, AUDIO.pt, number & 0xFFFF, number * 960 & 0xFFFFFFFF, 12)
        yield Due(number / 50 + 0.003, head + bytes(_SOUND))


def _reports() -> Iterator[Due]:
    for second in itertools.count():
        for ssrc, rate in ((11, 90_000), (12, 48_000)):
            stamp = second * rate & 0xFFFFFFFF
            report = rtcp.SenderReport(ssrc, 4_000_000_000 + second << 32, stamp, 1, 1)
            yield Due(second + 0.5, rtcp_build.sender_report(report), control=True)
