"""Whatever an authenticated client sends, a stream goes on."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise_livestream.sfu.rtp import header, rtcp, rtcp_build
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, MID, REPAIRED_RID, RID
from tests.plugins.livestream.sfu.streams.peers import (
    WANTED_AUDIO,
    WANTED_VIDEO,
    Back,
    Camera,
    Line,
    audio,
    frames,
    stream,
    video,
)

EXTENSIONS = {MID: 1, RID: 2, REPAIRED_RID: 3, ABS_SEND_TIME: 4}

PACKETS = st.builds(
    lambda first, pt, sequence, timestamp, ssrc, values, rest: (
        header.FIXED.pack(first, pt, sequence, timestamp, ssrc) + header.pack_extensions(values) + rest
    ),
    first=st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0x8F, 0x40]),
    pt=st.sampled_from([96, 97, 111, 224, 225, 239, 5]),
    sequence=st.integers(0, 65535),
    timestamp=st.integers(0, 2**32 - 1),
    ssrc=st.sampled_from([1, 2, 3, 1111]),
    values=st.dictionaries(
        st.integers(1, 5), st.one_of(st.sampled_from([b"q", b"f", b"1"]), st.binary(min_size=1, max_size=4))
    ),
    rest=st.binary(max_size=40),
)

CONTROLS = st.one_of(
    st.binary(max_size=60).map(lambda rest: b"\x81\xce" + rest),
    st.builds(
        rtcp.SenderReport,
        ssrc=st.sampled_from([1, 2, 1111]),
        ntp=st.integers(0, 2**64 - 1),
        timestamp=st.integers(0, 2**32 - 1),
        packets=st.just(1),
        octets=st.just(1),
    ).map(rtcp_build.sender_report),
    st.builds(rtcp.BitrateLimit, sender=st.just(1), bitrate=st.integers(0, 2**80), ssrcs=st.just((1,))).map(
        rtcp_build.bitrate_limit
    ),
)


@settings(max_examples=100, deadline=None)
@given(
    packets=st.lists(st.one_of(PACKETS, st.binary(max_size=60)), max_size=40),
    controls=st.lists(CONTROLS, max_size=10),
    simulcast=st.booleans(),
)
def test_junk_does_not_stop_a_stream(packets: list[bytes], controls: list[bytes], simulcast: bool) -> None:
    live = stream()
    rids = ("q", "f") if simulcast else ()
    ingest = live.publish(
        (video(extensions=EXTENSIONS, rids=rids), audio(extensions=EXTENSIONS)), Back(), 0.0
    )
    line = Line()
    viewer = live.play((WANTED_VIDEO, WANTED_AUDIO), line, 0.0)
    now = 0.0
    for packet in packets:
        now += 0.005
        ingest.rtp(packet, now)
        live.tick(now)
    for control in controls:
        ingest.rtcp(control, now)
        viewer.rtcp(control, now)
    live.tick(now + 1)
    line.opened()
    other = live.publish((video(),), Back(), now + 2)
    for packet in Camera(ssrc=4444).picture(key=True):
        other.rtp(packet, now + 2)
    for step in range(20):
        live.tick(now + 2 + step / 10)
    assert frames(line.opened())[0] == {0, 1, 2, 3}
