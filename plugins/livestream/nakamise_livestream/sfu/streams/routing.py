"""Which layer an SSRC feeds: by the offer, by the extensions mid and rid, by the payload type (RFC 8843 §9.2)."""

from __future__ import annotations

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.streams.faces import MID, REPAIRED_RID, RID, PublishedTrack
from nakamise_livestream.sfu.streams.source import Source
from nakamise_livestream.sfu.streams.track import Track

MOST_SSRCS = 32


class Routing:
    def __init__(self, tracks: list[Track]) -> None:
        self.sources: dict[int, Source] = {}
        self._rtx: dict[int, Source] = {}
        self._tracks = tracks
        for track in tracks:
            self._declare(track)

    def _declare(self, track: Track) -> None:
        ssrc = track.published.ssrc
        if ssrc is None or track.published.rids:
            return
        source = self.sources[ssrc] = Source(ssrc, track.kind, track.layers[0])
        if track.published.rtx_ssrc is not None:
            self._rtx[track.published.rtx_ssrc] = source

    def find(self, packet: header.Packet) -> tuple[Source, bool] | None:
        """The source and whether the packet is a retransmission; None: nobody's."""
        source = self.sources.get(packet.ssrc)
        if source is not None:
            return source, False
        source = self._rtx.get(packet.ssrc)
        if source is not None:
            return source, True
        if len(self.sources) + len(self._rtx) >= MOST_SSRCS:
            return None
        return self._learn(packet)

    def _learn(self, packet: header.Packet) -> tuple[Source, bool] | None:
        for track in self._tracks:
            published = track.published
            if packet.payload_type == published.pt:
                return self._learn_media(track, packet)
            if packet.payload_type == published.rtx_pt:
                return self._learn_rtx(track, packet)
        return None

    def _learn_media(self, track: Track, packet: header.Packet) -> tuple[Source, bool] | None:
        published = track.published
        values = _texts(published, packet)
        if published.ssrc is not None and values.get(MID) != published.mid:
            return None
        place = _place(published, values.get(RID))
        if place is None:
            return None
        layer = track.layers[place]
        self.sources = {ssrc: one for ssrc, one in self.sources.items() if one.layer is not layer}
        self._rtx = {ssrc: one for ssrc, one in self._rtx.items() if one.layer is not layer}
        source = self.sources[packet.ssrc] = Source(packet.ssrc, track.kind, layer)
        return source, False

    def _learn_rtx(self, track: Track, packet: header.Packet) -> tuple[Source, bool] | None:
        place = _place(track.published, _texts(track.published, packet).get(REPAIRED_RID))
        if place is None:
            return None
        for source in self.sources.values():
            if source.layer is track.layers[place]:
                self._rtx[packet.ssrc] = source
                return source, True
        return None


def _place(published: PublishedTrack, rid: str | None) -> int | None:
    if not published.rids:
        return 0
    return published.rids.index(rid) if rid in published.rids else None


def _texts(published: PublishedTrack, packet: header.Packet) -> dict[str, str]:
    values = header.extension_values(packet.profile, packet.extensions)
    return {
        uri: values[number].decode(errors="replace")
        for uri, number in published.extensions.items()
        if number in values
    }
