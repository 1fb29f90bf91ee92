"""Playlists and marks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from nakamise_livestream.archive.playlist import marks, playlist
from nakamise_livestream.archive.schemas import Part
from nakamise_livestream.broadcasts.pins import Pin

BEGAN = datetime(2026, 4, 1, 12, tzinfo=UTC)
PRODUCT = uuid.UUID(int=1)


def part(number: int, begins_s: float, starts_s: float, *, breaks: bool = False, init: str = "a") -> Part:
    """Of four seconds."""
    begins = BEGAN + timedelta(seconds=begins_s)
    return Part(number, f"key{number}", init, begins, round(starts_s * 1e6), 4_000_000, 1000, breaks)


# Between 12:00:08 and 12:01:08 nothing was recorded.
PARTS = [
    part(1, 0, 0, breaks=True),
    part(2, 4, 4),
    part(3, 68, 8, breaks=True, init="b"),
]


def pin(from_s: float, until_s: float | None) -> Pin:
    until = None if until_s is None else BEGAN + timedelta(seconds=until_s)
    return Pin(PRODUCT, BEGAN + timedelta(seconds=from_s), until)


@pytest.mark.req("BX-07")
@pytest.mark.parametrize(
    ("pinned", "expected"),
    [
        (pin(1, 5.5), [(1.0, 5.5)]),
        (pin(-30, 2), [(0.0, 2.0)]),
        (pin(7, 70), [(7.0, 10.0)]),
        (pin(20, 40), []),
        (pin(69, None), [(9.0, 12.0)]),
        (pin(-30, -20), []),
    ],
)
def test_marks_are_on_the_recordings_time_line(pinned: Pin, expected: list[tuple[float, float]]) -> None:
    assert [(one.starts_s, one.ends_s) for one in marks([pinned], PARTS)] == expected


def test_without_a_recording_there_are_no_marks() -> None:
    assert marks([pin(1, 2)], []) == []


def test_a_playlist_says_where_the_decoder_is_set_up_anew() -> None:
    assert playlist(PARTS, is_complete=True).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        "#EXT-X-TARGETDURATION:4",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="1.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-04-01T12:00:00.000+00:00",
        "#EXTINF:4.000000,",
        "1.m4s",
        "#EXTINF:4.000000,",
        "2.m4s",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="3.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-04-01T12:01:08.000+00:00",
        "#EXTINF:4.000000,",
        "3.m4s",
        "#EXT-X-ENDLIST",
    ]


def test_while_it_runs_the_playlist_grows() -> None:
    text = playlist(PARTS[:1], is_complete=False)
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert "#EXT-X-ENDLIST" not in text
