"""Groups of packets of one size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.sfu.streams.media import Media
from nakamise_livestream.sfu.streams.runs import LONGEST_RUN, MOST_PADDING, padded, paddings, runs

SIZES = st.lists(st.one_of(st.integers(1, 1400), st.integers(1080, 1120)), min_size=1, max_size=120)


def media(number: int, payload: bytes, padding: int) -> Media:
    return Media(number, 0, 0, payload, padding, 0, keyframe=False)


@given(sizes=SIZES)
def test_what_leaves_together_has_one_size(sizes: list[int]) -> None:
    added = paddings(sizes)
    assert all(0 <= padding <= MOST_PADDING for padding in added)
    packets = [
        media(number, padded(b"x" * size, padding), padding)
        for number, (size, padding) in enumerate(zip(sizes, added, strict=True))
    ]
    found = list(runs(packets))
    assert [one for run in found for one in run] == packets
    for run in found:
        lengths = [len(one.payload) for one in run]
        assert set(lengths[:-1]) <= {lengths[0]}
        assert lengths[-1] <= lengths[0]
        assert len(run) <= LONGEST_RUN
        assert sum(lengths) + len(run) * 80 <= 64_000 or len(run) == 1


def test_an_encoder_s_frame_is_one_run() -> None:
    sizes = [1100, 1099, 1101, 1100, 1098, 640]
    added = paddings(sizes)
    packets = [media(n, padded(b"x" * size, added[n]), added[n]) for n, size in enumerate(sizes)]
    assert [len(run) for run in runs(packets)] == [2, 4]
    assert padded(b"abc", 3) == b"abc\0\0\3"
    assert padded(b"abc", 1) == b"abc\1"
