"""A broadcast's minutes as two charts: few enough points to tell apart on a phone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final, NamedTuple

from nakamise_livestream.chat.schemas import Minute

POINTS_MAX: Final = 60
Point = tuple[str, float]


class Curve(NamedTuple):
    """``step``: minutes in a point; ``viewers`` the most in it, ``comments`` their sum."""

    step: int
    viewers: list[Point]
    comments: list[Point]


def curve(minutes: Sequence[Minute], zone: tzinfo) -> Curve:
    step = max(1, math.ceil(len(minutes) / POINTS_MAX))
    viewers: list[Point] = []
    comments: list[Point] = []
    for first in range(0, len(minutes), step):
        part = minutes[first : first + step]
        label = f"{part[0].minute.astimezone(zone):%H:%M}"
        viewers.append((label, max(one.viewers for one in part)))
        comments.append((label, sum(one.comments for one in part)))
    return Curve(step, viewers, comments)
