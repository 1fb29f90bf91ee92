"""Whatever comes, a recording goes on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.media import TapTracks
from nakamise_livestream.recording.depacketise import Depacketiser
from nakamise_livestream.recording.reading import TapReader
from tests.plugins.livestream.recording.material import TRACKS, h264_payloads, packets, rtp

_PAYLOADS = st.lists(st.tuples(st.binary(max_size=24), st.booleans()), max_size=16)


@given(st.sampled_from(sorted(TRACKS)), _PAYLOADS)
def test_any_payload(codec: str, payloads: list[tuple[bytes, bool]]) -> None:
    depacketiser = Depacketiser(TRACKS[codec])
    for number, (payload, marker) in enumerate(payloads):
        for unit in depacketiser.push(rtp(payload, number, number // 2 * 3000, marker=marker)):
            assert unit.data


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_any_packet(datagrams: list[bytes]) -> None:
    tracks = (TRACKS["H264"], TRACKS["opus"])
    reader = TapReader(TapTracks(tracks=tracks, ssrcs={"video": 1, "audio": 2}), 0.0)
    for datagram in datagrams:
        assert list(reader.push(datagram)) == []


@given(_PAYLOADS)
def test_a_good_picture_after_bad_ones_is_taken(payloads: list[tuple[bytes, bool]]) -> None:
    depacketiser = Depacketiser(TRACKS["H264"])
    for number, (payload, marker) in enumerate(payloads):
        list(depacketiser.push(rtp(payload, number, number * 3000, marker=marker)))
    good = packets("video", h264_payloads(1)[:1], len(payloads), 1_000_000)
    units = [unit for packet in good for unit in depacketiser.push(packet)]
    assert [unit.is_keyframe for unit in units if unit.timestamp == 1_000_000] == [True]
