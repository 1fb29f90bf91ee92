"""What an authenticated client can send: packets with its own key and anything in them."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.sfu.sdp.choice import codec_to_receive, published_track
from nakamise_livestream.sfu.sdp.offer import read_offer
from nakamise_livestream.sfu.streams.stream import Stream
from nakamise_livestream.sfu.wire.srtp import Srtp
from nakamise_livestream.sfu.worker.session import PublisherSession, Session, ViewerSession
from nakamise_livestream.sfu.worker.tap import Tap
from tests.plugins.livestream.sfu import offers

OFFER = read_offer(offers.browser(simulcast=True), "publisher")
TRACKS = tuple(published_track(media, codec_to_receive(media, None)) for media in OFFER.media)
RTP = st.builds(
    lambda first, second, sequence, ssrc, rest: (
        struct.pack("!BBHII", first, second, sequence, 0, ssrc) + rest
    ),
    st.integers(128, 191),
    st.sampled_from([96, 97, 111, 224, 225, 239, 35]),
    st.integers(0, 65_535),
    st.integers(1, 4),
    st.binary(max_size=60),
)
RTCP = st.builds(
    lambda first, kind, words, rest: struct.pack("!BBH", first, kind, words) + rest,
    st.integers(128, 191),
    st.integers(200, 207),
    st.integers(0, 8),
    st.binary(min_size=8, max_size=60),
)


class Nobody:
    """Owner of the sessions, and the way back to the publisher."""

    def session_up(self, session: Session, srtp: Srtp, now: float) -> None: ...

    def session_lost(self, session: Session, reason: str) -> None: ...

    def send_rtcp(self, compound: bytes) -> None: ...


@given(st.lists(st.tuples(st.sampled_from(["rtp", "rtcp", "viewer"]), RTP, RTCP, st.binary(max_size=80))))
def test_is_dropped_where_it_cannot_be_read(packets: list[tuple[str, bytes, bytes, bytes]]) -> None:
    stream = Stream(epoch=0.0)
    publisher = PublisherSession("any", OFFER, Nobody(), TRACKS)
    publisher.ingest = stream.publish(TRACKS, Nobody(), 1.0)
    viewer = ViewerSession("any", OFFER, Nobody(), ())
    viewer.viewer = Tap(stream, 1.0)._viewer
    now = 1.0
    for kind, rtp, rtcp, other in packets:
        now += 0.01
        for packet in (rtp if kind == "rtp" else rtcp, other):
            take = {"rtp": publisher.rtp, "rtcp": publisher.rtcp, "viewer": viewer.rtcp}[kind]
            take(packet, now)
        stream.tick(now)
    assert publisher.ingest.malformed <= 2 * len(packets)
    assert stream.stats(now).viewers == 1
    publisher.ingest.left(now)
    assert not stream.stats(now).publishing
