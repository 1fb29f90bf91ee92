"""The sound of a recording goes on where a publisher's has gaps."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from nakamise_livestream.recording.sound import FRAME, RATE, Sound
from tests.plugins.livestream.archive.reel import three_segments


def test_what_was_lost_is_silence_and_nothing_after_it_is_late() -> None:
    first, second, _ = three_segments()
    lost = [one for one in second.audio if not second.begins + 1 < one.at < second.begins + 2]
    sound = Sound()
    made = [
        *sound.in_aac(first).audio,
        *sound.in_aac(msgspec.structs.replace(second, audio=tuple(lost))).audio,
    ]
    gaps = [later.at - earlier.at for earlier, later in pairwise(made)]
    assert gaps == pytest.approx([FRAME / RATE] * len(gaps), abs=1e-6)
    assert made[-1].at == pytest.approx(second.until, abs=0.1)
