"""RTP headers: what is written is read again, also by aiortc; junk is told, never a crash."""

from __future__ import annotations

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.rtp.errors import MalformedPacketError
from nakamise_livestream.sfu.rtp.sequence import nearest, timestamp_difference

ONE_BYTE = st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=5)
TWO_BYTE = st.dictionaries(st.integers(1, 255), st.binary(max_size=40), min_size=1, max_size=5)


@given(
    sequence=st.integers(0, 65535),
    timestamp=st.integers(0, 2**32 - 1),
    ssrc=st.integers(0, 2**32 - 1),
    payload_type=st.integers(0, 127),
    marker=st.booleans(),
    csrcs=st.lists(st.integers(0, 2**32 - 1), max_size=15),
    payload=st.binary(max_size=300),
    padding=st.integers(0, 255),
)
def test_a_packet_of_aiortc_is_read(
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload_type: int,
    marker: bool,
    csrcs: list[int],
    payload: bytes,
    padding: int,
) -> None:
    made = RtpPacket(
        payload_type=payload_type,
        marker=int(marker),
        sequence_number=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        payload=payload,
    )
    made.csrc = csrcs
    made.padding_size = padding
    read = header.parse(made.serialize())
    assert (read.sequence, read.timestamp, read.ssrc) == (sequence, timestamp, ssrc)
    assert (read.payload_type, bool(read.marker), read.payload) == (payload_type, marker, payload)


@given(values=st.one_of(ONE_BYTE, TWO_BYTE))
def test_extensions_are_read_as_they_were_written(values: dict[int, bytes]) -> None:
    block = header.pack_extensions(values)
    packet = header.FIXED.pack(0x90 if block else 0x80, 96, 1, 2, 3) + block + b"payload"
    read = header.parse(packet)
    assert read.payload == b"payload"
    assert header.extension_values(read.profile, read.extensions) == values


def test_the_form_with_one_byte_is_preferred() -> None:
    assert header.pack_extensions({3: b"ab"}) == bytes.fromhex("bede0001 31 6162 00".replace(" ", ""))
    assert header.pack_extensions({15: b"ab"})[:2] == b"\x10\x00"
    assert header.pack_extensions({}) == b""


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80" * 11,
        bytes(12),
        bytes.fromhex("8f60000000000000000000aa"),
        bytes.fromhex("906000000000000000000000"),
        bytes.fromhex("906000000000000000000000bede0001"),
        bytes.fromhex("a06000000000000000000000"),
        bytes.fromhex("a0600000000000000000000005"),
    ],
    ids=[
        "empty",
        "short",
        "version 0",
        "csrcs",
        "no block",
        "block cut off",
        "padding 0",
        "padding too long",
    ],
)
def test_junk_is_refused(packet: bytes) -> None:
    with pytest.raises(MalformedPacketError):
        header.parse(packet)


@given(packet=st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda rest: b"\xb3" + rest)))
def test_any_bytes_are_read_or_refused(packet: bytes) -> None:
    try:
        read = header.parse(packet)
    except MalformedPacketError:
        return
    values = header.extension_values(read.profile, read.extensions)
    assert sum(map(len, values.values())) <= len(packet)


@given(number=st.integers(0, 2**48), step=st.integers(-30_000, 30_000))
def test_the_nearest_number_is_found_over_wraps(number: int, step: int) -> None:
    assert nearest((number + step) & 0xFFFF, number) == number + step


@given(earlier=st.integers(0, 2**32 - 1), step=st.integers(-(2**31), 2**31 - 1))
def test_differences_of_timestamps_know_the_wrap(earlier: int, step: int) -> None:
    assert timestamp_difference((earlier + step) % 2**32, earlier) == step
