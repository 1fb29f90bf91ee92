"""An HLS player of a few lines, which decodes what it gets."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import av
import httpx

_URI = re.compile(r'#EXT-X-MAP:URI="(.+)"|^(?!#)(.+)$|(#EXT-X-DISCONTINUITY)$', re.MULTILINE)


@dataclass
class Played:
    """``pictures`` has the seconds of each, ``sounds`` counts packets; ``breaks`` the discontinuities."""

    pictures: list[float] = field(default_factory=list)
    sounds: int = 0
    breaks: int = 0
    segments: int = 0


async def play(client: httpx.AsyncClient, playlist: str) -> Played:
    answer = await client.get(playlist)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    folder = playlist.rpartition("/")[0]
    played, init = Played(), b""
    for map_, media, break_ in _URI.findall(answer.text):
        if break_:
            played.breaks += 1
            continue
        got = await client.get(f"{folder}/{map_ or media}")
        assert got.status_code == 200, got.text
        if map_:
            init = got.content
        else:
            played.segments += 1
            _decode(init + got.content, played)
    return played


def _decode(data: bytes, played: Played) -> None:
    with av.open(io.BytesIO(data), "r") as file:
        for frame in file.decode(video=0):
            assert frame.time is not None
            played.pictures.append(frame.time)
    with av.open(io.BytesIO(data), "r") as file:
        played.sounds += sum(1 for packet in file.demux(audio=0) if packet.pts is not None)
