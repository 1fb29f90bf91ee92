"""What arrives from one SSRC: which packets are new, which are missing, and the report on it (RFC 3550 A.3, A.8)."""

from __future__ import annotations

import math

import msgspec

from nakamise_livestream.sfu.rtp import rtcp
from nakamise_livestream.sfu.rtp.sequence import nearest, timestamp_difference

_LONGEST_GAP = 1000
"""A longer one is a source that began anew, once two packets in a row say so (RFC 3550 A.1)."""
_MOST_MISSING = 1000
_FIRST_NACK = 0.008
_NEXT_NACK = 0.05
_TRIES = 10
_EARLY = 16
"""So many from before the first one heard are taken, if they come, but not asked for."""


class _Hole(msgspec.Struct):
    due: float
    tries: int = 0


class Reception:
    """Numbers are without wraps and rise also over a restart of the source; each is told at most once."""

    def __init__(self, ssrc: int, clock_rate: int) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self.recovered = 0
        self.highest = -1
        self.fresh = False
        """The packet that :meth:`arrived` told last was the first of the source, or of its restart."""
        self.report_loss = 0.0
        self._clock_rate = clock_rate
        self._base = 0
        self._shift = 0
        self._missing: dict[int, _Hole] = {}
        self._stray: int | None = None
        self._jitter = 0.0
        self._transit: int | None = None
        self._reported = (0, 0)
        self._sender_report = (0, 0.0)

    @property
    def jitter(self) -> float:
        """In seconds."""
        return self._jitter / self._clock_rate

    @property
    def lost(self) -> int:
        return self.highest + 1 - self._base - self.packets if self.packets else 0

    def arrived(self, sequence: int, timestamp: int, now: float) -> int | None:
        """The packet's number; None for a duplicate, for one too old, and for a first stray far away."""
        self.fresh = False
        if self.highest < 0:
            return self._begin(sequence)
        number = nearest(sequence + self._shift & 0xFFFF, self.highest)
        if abs(number - self.highest) > _LONGEST_GAP:
            return self._strayed(sequence)
        self._stray = None
        if number <= self.highest:
            return self._filled(number)
        self._skip(number, now)
        self.highest = number
        self.packets += 1
        self._measure(timestamp, now)
        return number

    def resent(self, sequence: int) -> int | None:
        """The same for a packet of the retransmission stream, by its original sequence number."""
        number = nearest(sequence + self._shift & 0xFFFF, self.highest)
        found = self._filled(number)
        if found is not None:
            self.recovered += 1
        return found

    def _begin(self, sequence: int) -> int:
        number = self.highest + 1 + _EARLY if self.highest >= 0 else sequence
        self._shift = number - sequence & 0xFFFF
        self._base = number - self.packets
        self._missing = {early: _Hole(math.inf) for early in range(number - _EARLY, number)}
        self._transit = None
        self.highest = number
        self.packets += 1
        self.fresh = True
        return number

    def _strayed(self, sequence: int) -> int | None:
        if self._stray is not None and sequence == self._stray + 1 & 0xFFFF:
            self._stray = None
            return self._begin(sequence)
        self._stray = sequence
        return None

    def _filled(self, number: int) -> int | None:
        if self._missing.pop(number, None) is None:
            return None
        self.packets += 1
        self._base = min(self._base, number)
        return number

    def _skip(self, number: int, now: float) -> None:
        for hole in range(self.highest + 1, number):
            self._missing[hole] = _Hole(now + _FIRST_NACK)
        while len(self._missing) > _MOST_MISSING:
            del self._missing[next(iter(self._missing))]

    def _measure(self, timestamp: int, now: float) -> None:
        transit = round(now * self._clock_rate) - timestamp & 0xFFFFFFFF
        if self._transit is not None:
            difference = abs(timestamp_difference(transit, self._transit))
            if difference < self._clock_rate:
                self._jitter += (difference - self._jitter) / 16
        self._transit = transit

    def due(self, now: float) -> tuple[list[int], int]:
        """Sequence numbers to ask for now, in order, and how many holes have been given up."""
        asked: list[int] = []
        given_up: list[int] = []
        for number, hole in self._missing.items():
            if hole.due > now:
                continue
            if hole.tries == _TRIES:
                given_up.append(number)
                continue
            hole.tries += 1
            hole.due = now + _NEXT_NACK
            asked.append(number - self._shift & 0xFFFF)
        for number in given_up:
            del self._missing[number]
        return asked, len(given_up)

    def heard(self, report: rtcp.SenderReport, now: float) -> None:
        self._sender_report = (report.ntp >> 16 & 0xFFFFFFFF, now)

    def report(self, now: float) -> rtcp.ReportBlock:
        expected = self.highest + 1 - self._base
        since, got = expected - self._reported[0], self.packets - self._reported[1]
        self._reported = (expected, self.packets)
        self.report_loss = max(0.0, (since - got) / since) if since > 0 else 0.0
        last, at = self._sender_report
        return rtcp.ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, int(self.report_loss * 256)),
            lost=max(-(1 << 23), min((1 << 23) - 1, expected - self.packets)),
            highest_sequence=self.highest - self._shift & 0xFFFFFFFF,
            jitter=round(self._jitter) & 0xFFFFFFFF,
            last_report=last,
            delay=round((now - at) * 65536) & 0xFFFFFFFF if last else 0,
        )
