"""One track on its way to one viewer: where it joined, what index its packets have, what is sent again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.rtp.sequence import nearest, timestamp_difference
from nakamise_livestream.sfu.streams.allowance import Allowance
from nakamise_livestream.sfu.streams.audience import send_one
from nakamise_livestream.sfu.streams.faces import Outlet, WantedTrack
from nakamise_livestream.sfu.streams.layer import Layer
from nakamise_livestream.sfu.streams.media import Media, abs_send_time
from nakamise_livestream.sfu.streams.reports import Reports
from nakamise_livestream.sfu.streams.rewrite import Rewrite, extensions_for

_BLOCK = 1 << 15
_EPOCHS = 8
_RESENT_PER_SECOND = 400
_NONCE_SSRC = 48


class _Epoch(msgspec.Struct, frozen=True):
    """From index ``start`` on, until the next epoch, the viewer's packets are ``layer``'s by ``rewrite``."""

    start: int
    layer: Layer
    rewrite: Rewrite


class Subscription:
    """Implements the audience's ``Listener``."""

    def __init__(
        self, wanted: WantedTrack, outlet: Outlet, ssrcs: tuple[int, int], room: memoryview, reports: Reports
    ) -> None:
        self.wanted = wanted
        self.outlet = outlet
        self.ssrc, self.rtx_ssrc = ssrcs
        self.floor = 0
        self.layer: Layer | None = None
        """What it is being sent; None while it waits for its first keyframe or is held."""
        self.target: Layer | None = None
        """What it is being sent or waits for."""
        self.resent = 0
        self._room = room
        self._reports = reports
        self._extensions = extensions_for(wanted)
        self._epochs: list[_Epoch] = []
        self._next = 0
        self._rtx_index = secrets.randbelow(_BLOCK)
        self._allowance = Allowance(_RESENT_PER_SECOND, _RESENT_PER_SECOND)
        self._packets = 0
        self._bytes = 0

    @property
    def rewrite(self) -> Rewrite:
        return self._epochs[-1].rewrite

    def count(self, packets: int, size: int) -> None:
        self._packets += packets
        self._bytes += size

    def totals(self) -> tuple[int, int]:
        """Packets and bytes sent, those sent again included."""
        packets, size = self.layer.audience.shared(self) if self.layer is not None else (0, 0)
        return self._packets + packets, self._bytes + size

    def want(self, layer: Layer, now: float, patience: float | None) -> None:
        """Change to ``layer`` as soon as it can be (see :meth:`Layer.join`)."""
        if self.target is not None and self.target is not self.layer:
            self.target.give_up_waiting(self)
        self.target = layer
        if layer is not self.layer:
            layer.join(self, now, patience)

    def hold(self) -> None:
        """Send nothing more until :meth:`want`."""
        if self.target is not None:
            self.target.give_up_waiting(self)
        self.target = None
        self._stop()

    def follow(self, layer: Layer, start: int, now: float) -> None:
        """Begin to be sent ``layer`` from its number ``start`` on."""
        self._stop()
        self.layer = self.target = layer
        shift = self._next - start if self._epochs else -(start // _BLOCK * _BLOCK)
        rewrite = Rewrite(
            payload_type=self.wanted.pt,
            ssrc=self.ssrc,
            shift=shift,
            timestamp_shift=self._timestamp_shift(layer, start, now),
            extensions=self._extensions,
        )
        self._epochs.append(_Epoch(start + shift, layer, rewrite))
        del self._epochs[:-_EPOCHS]
        self.floor = start
        layer.audience.admit(self, layer.end)
        self._reports.catch_up(self, layer, now)

    def _stop(self) -> None:
        if self.layer is not None:
            self._next = self.layer.leave(self) + self.rewrite.shift
            self.layer = None

    def _timestamp_shift(self, layer: Layer, start: int, now: float) -> int:
        """So that the clock goes on over a change of layers, and never back."""
        if not self._epochs:
            return 0
        before = self._epochs[-1]
        if before.layer is layer:
            return before.rewrite.timestamp_shift
        shift = before.layer.timeline.ahead_of(layer.timeline, now) + before.rewrite.timestamp_shift
        first = layer.ring.get(start)
        newest = before.layer.timeline.newest
        if first is None or newest is None:
            return shift & 0xFFFFFFFF
        step = timestamp_difference(
            (first.timestamp + shift) & 0xFFFFFFFF, (newest + before.rewrite.timestamp_shift) & 0xFFFFFFFF
        )
        return (shift + max(0, 1 - step)) & 0xFFFFFFFF

    def _end(self) -> int:
        """One more than the highest index that it can have been sent."""
        if self.layer is None:
            return self._next
        return self.layer.audience.reached(self, self.layer.end) + self.rewrite.shift

    def lost(self, sequences: Sequence[int], now: float) -> None:
        """Send again what the viewer did not get and the ring still has."""
        end = self._end()
        for sequence in sequences:
            found = self._find(nearest(sequence, end - 1), end)
            if found is not None and self._allowance.take(now):
                self._send_again(sequence, *found, now)

    def _find(self, index: int, end: int) -> tuple[Media, Rewrite] | None:
        if index >= end:
            return None
        for epoch in reversed(self._epochs):
            if index >= epoch.start:
                media = epoch.layer.ring.get(index - epoch.rewrite.shift)
                return None if media is None else (media, epoch.rewrite)
        return None

    def _send_again(self, sequence: int, media: Media, rewrite: Rewrite, now: float) -> None:
        self.resent += 1
        if self.wanted.rtx_pt is None:
            self.count(1, send_one(self.outlet, rewrite, [media], self._room))
        else:
            self._send_rtx(self.wanted.rtx_pt, sequence, media, rewrite, now)

    def _send_rtx(self, payload_type: int, sequence: int, media: Media, rewrite: Rewrite, now: float) -> None:
        """RFC 4588 §4: an SSRC and a counter of its own, the lost number before the payload.

        Its send time is that of now, or the viewer would take the loss for a growing delay.
        """
        index = self._rtx_index
        self._rtx_index += 1
        block = self._extensions.block(abs_send_time(now))
        head = header.FIXED.pack(
            header.VERSION | (header.EXTENSION if block else 0),
            media.marker | payload_type,
            index & 0xFFFF,
            (media.timestamp + rewrite.timestamp_shift) & 0xFFFFFFFF,
            self.rtx_ssrc,
        )
        head += block
        payload = sequence.to_bytes(2, "big") + media.payload[: len(media.payload) - media.padding]
        packet = self._sealed(head, payload, self.rtx_ssrc << _NONCE_SSRC | index)
        self.outlet.send_many(memoryview(packet), len(packet))
        self.count(1, len(packet))

    def _sealed(self, head: bytes, payload: bytes, nonce: int) -> bytes:
        aead = self.outlet.aead
        if aead is None:
            return self.outlet.protect(head + payload)
        return head + aead.encrypt((self.outlet.salt ^ nonce).to_bytes(12, "big"), payload, head)
