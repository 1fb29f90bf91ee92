"""RTCP: read what we write, read what aiortc writes, let aiortc read what we write, survive junk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiortc import rtp as reference
from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.sfu.rtp import rtcp, rtcp_build, rtcp_parse
from nakamise_livestream.sfu.rtp.errors import MalformedPacketError

U32 = st.integers(0, 2**32 - 1)
BLOCKS = st.lists(
    st.builds(
        rtcp.ReportBlock,
        ssrc=U32,
        fraction_lost=st.integers(0, 255),
        lost=st.integers(-(2**23), 2**23 - 1),
        highest_sequence=U32,
        jitter=U32,
        last_report=U32,
        delay=U32,
    ),
    max_size=31,
).map(tuple)


def rising(numbers: list[int]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers)))


MESSAGES: list[tuple[st.SearchStrategy[rtcp.Message], Callable[..., bytes]]] = [
    (
        st.builds(
            rtcp.SenderReport,
            ssrc=U32,
            ntp=st.integers(0, 2**64 - 1),
            timestamp=U32,
            packets=U32,
            octets=U32,
            reports=BLOCKS,
        ),
        rtcp_build.sender_report,
    ),
    (st.builds(rtcp.ReceiverReport, ssrc=U32, reports=BLOCKS), rtcp_build.receiver_report),
    (
        st.builds(
            rtcp.Nack,
            sender=U32,
            ssrc=U32,
            sequences=st.lists(st.integers(0, 65535), min_size=1, max_size=60).map(rising),
        ),
        rtcp_build.nack,
    ),
    (st.builds(rtcp.PictureLoss, sender=U32, ssrc=U32), rtcp_build.picture_loss),
    (
        st.builds(
            rtcp.FullIntra,
            sender=U32,
            requests=st.lists(st.tuples(U32, st.integers(0, 255)), max_size=5).map(tuple),
        ),
        rtcp_build.full_intra,
    ),
    (
        st.builds(
            rtcp.BitrateLimit,
            sender=U32,
            bitrate=st.integers(0, 2**18 - 1).map(lambda mantissa: mantissa << 7),
            ssrcs=st.lists(U32, max_size=5).map(tuple),
        ),
        rtcp_build.bitrate_limit,
    ),
]


@given(data=st.data(), which=st.sampled_from(range(len(MESSAGES))))
def test_what_is_built_is_parsed(data: st.DataObject, which: int) -> None:
    strategy, build = MESSAGES[which]
    message = data.draw(strategy)
    assert rtcp_parse.parse(build(message)) == [message]


def test_a_compound_keeps_its_order() -> None:
    compound = (
        rtcp_build.receiver_report(rtcp.ReceiverReport(1))
        + rtcp_build.source_description(1, "canonical")
        + rtcp_build.picture_loss(rtcp.PictureLoss(1, 2))
        + rtcp_build.goodbye((1, 2))
    )
    assert rtcp_parse.parse(compound) == [
        rtcp.ReceiverReport(1),
        rtcp.SourceDescription(((1, "canonical"),)),
        rtcp.PictureLoss(1, 2),
        rtcp.Goodbye((1, 2)),
    ]


@given(sequences=st.lists(st.integers(0, 65535), min_size=1, max_size=60).map(rising))
def test_aiortc_reads_our_nack(sequences: tuple[int, ...]) -> None:
    (read,) = reference.RtcpPacket.parse(rtcp_build.nack(rtcp.Nack(7, 8, sequences)))
    assert isinstance(read, reference.RtcpRtpfbPacket)
    assert (read.ssrc, read.media_ssrc, sorted(read.lost)) == (7, 8, list(sequences))


def test_a_nack_over_the_wrap_is_one_entry() -> None:
    built = rtcp_build.nack(rtcp.Nack(7, 8, (65534, 65535, 0, 3)))
    assert len(built) == 16
    assert rtcp_parse.parse(built) == [rtcp.Nack(7, 8, (65534, 65535, 0, 3))]


@given(bitrate=st.integers(0, 10**12))
def test_aiortc_reads_our_bitrate_limit(bitrate: int) -> None:
    (read,) = reference.RtcpPacket.parse(rtcp_build.bitrate_limit(rtcp.BitrateLimit(7, bitrate, (8, 9))))
    assert isinstance(read, reference.RtcpPsfbPacket)
    told, ssrcs = reference.unpack_remb_fci(read.fci)
    assert ssrcs == [8, 9]
    assert bitrate * (1 - 1 / 2**17) <= told <= bitrate


def test_reports_and_names_of_aiortc_are_read() -> None:
    info = reference.RtcpSenderInfo(ntp_timestamp=1 << 40, rtp_timestamp=5, packet_count=6, octet_count=7)
    block = reference.RtcpReceiverInfo(
        ssrc=2, fraction_lost=3, packets_lost=-4, highest_sequence=5, jitter=6, lsr=7, dlsr=8
    )
    chunk = reference.RtcpSourceInfo(ssrc=1, items=[(1, b"name"), (2, b"other")])
    compound = (
        bytes(reference.RtcpSrPacket(ssrc=1, sender_info=info, reports=[block]))
        + bytes(reference.RtcpSdesPacket(chunks=[chunk]))
        + bytes(reference.RtcpByePacket(sources=[1]))
    )
    assert rtcp_parse.parse(compound) == [
        rtcp.SenderReport(1, 1 << 40, 5, 6, 7, (rtcp.ReportBlock(2, 3, -4, 5, 6, 7, 8),)),
        rtcp.SourceDescription(((1, "name"),)),
        rtcp.Goodbye((1,)),
    ]


@pytest.mark.parametrize(
    "compound",
    [
        b"\x80",
        b"\x80\xc8\x00\x00",
        b"\x80\xc9\x00\xff",
        b"\x00\xc9\x00\x00",
        b"\xa0\xc9\x00\x01\0\0\0\x09",
        b"\x81\xca\x00\x01\0\0\0\1",
    ],
    ids=["short", "empty report", "cut off", "version", "padding", "chunk without end"],
)
def test_junk_is_refused(compound: bytes) -> None:
    with pytest.raises(MalformedPacketError):
        rtcp_parse.parse(compound)


@given(
    kind=st.integers(190, 215), count=st.integers(0, 31), padded=st.booleans(), body=st.binary(max_size=120)
)
def test_any_body_is_read_or_refused(kind: int, count: int, padded: bool, body: bytes) -> None:
    body += bytes(-len(body) % 4)
    head = bytes((0x80 | (0x20 if padded else 0) | count, kind)) + (len(body) // 4).to_bytes(2, "big")
    try:
        assert len(rtcp_parse.parse(head + body)) <= 1
    except MalformedPacketError:
        return


@given(junk=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(junk: bytes) -> None:
    try:
        # Each message has a header of four bytes at least.
        assert len(rtcp_parse.parse(junk)) <= len(junk) // 4
    except MalformedPacketError:
        return
