"""HLS media playlists (RFC 8216) and marks on the time line: pure functions."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from nakamise_livestream.archive.schemas import Mark, Part, Window
from nakamise_livestream.broadcasts.pins import Pin

_US: Final = 1_000_000
# EXT-X-MAP outside of I-frame playlists: §7.
_VERSION: Final = 6
# It may not change (§4.3.3.1), and segments are as long as the publisher's keyframes are apart.
LIVE_TARGET_S: Final = 6


def playlist(parts: Sequence[Part], *, is_complete: bool) -> str:
    """URIs are relative: ``<number>.m4s``, and ``<number>.mp4`` for the initialisation of that segment on."""
    longest = max((part.duration_us for part in parts), default=_US)
    head = ["#EXT-X-MEDIA-SEQUENCE:1", f"#EXT-X-PLAYLIST-TYPE:{'VOD' if is_complete else 'EVENT'}"]
    return _text(head, parts, math.ceil(longest / _US), is_complete=is_complete)


def live_playlist(window: Window, *, is_over: bool) -> str:
    """The newest segments, as URIs as in `playlist`."""
    first = window.parts[0].number if window.parts else 1
    head = [f"#EXT-X-MEDIA-SEQUENCE:{first}", f"#EXT-X-DISCONTINUITY-SEQUENCE:{window.breaks_before}"]
    target_s = max(LIVE_TARGET_S, math.ceil(window.longest_us / _US))
    return _text(head, window.parts, target_s, is_complete=is_over)


def _text(head: Sequence[str], parts: Sequence[Part], target_s: int, *, is_complete: bool) -> str:
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", f"#EXT-X-TARGETDURATION:{target_s}"]
    lines += [*head, "#EXT-X-INDEPENDENT-SEGMENTS"]
    init = ""
    for part in parts:
        lines += _lines(part, has_new_init=part.init_key != init)
        init = part.init_key
    if is_complete:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join([*lines, ""])


def _lines(part: Part, *, has_new_init: bool) -> list[str]:
    lines = []
    if part.is_discontinuous and part.number > 1:
        lines.append("#EXT-X-DISCONTINUITY")
    if has_new_init:
        lines.append(f'#EXT-X-MAP:URI="{part.number}.mp4"')
    if part.is_discontinuous:
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{part.begins_at.isoformat(timespec='milliseconds')}")
    return [*lines, f"#EXTINF:{part.duration_us / _US:.6f},", f"{part.number}.m4s"]


def marks(pins: Sequence[Pin], parts: Sequence[Part]) -> list[Mark]:
    """What was shown only while nothing was recorded has none."""
    if not parts:
        return []
    end = duration_us(parts) / _US
    found = []
    for pin in pins:
        starts = media_time(pin.pinned_at, parts)
        ends = end if pin.unpinned_at is None else media_time(pin.unpinned_at, parts)
        if ends > starts:
            found.append(Mark(pin.product_id, round(starts, 3), round(ends, 3)))
    return found


def media_time(moment: datetime, parts: Sequence[Part]) -> float:
    """Seconds from the recording's beginning to ``moment``, or to the nearest moment before that it shows."""
    place = bisect_right(parts, moment, key=lambda part: part.begins_at) - 1
    if place < 0:
        return 0.0
    part = parts[place]
    into = min((moment - part.begins_at) / timedelta(microseconds=1), part.duration_us)
    return (part.starts_us + into) / _US


def duration_us(parts: Sequence[Part]) -> int:
    return parts[-1].starts_us + parts[-1].duration_us if parts else 0
