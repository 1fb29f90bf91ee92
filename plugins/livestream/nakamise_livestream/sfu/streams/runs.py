"""Packets in groups of one size, so that each group leaves in one system call (UDP_SEGMENT)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nakamise_livestream.sfu.streams.media import Media

LONGEST_RUN = 40
MOST_PADDING = 32
_OVERHEAD = 80
"""Header, extensions and tag, generously."""
_MOST_BYTES = 64_000


def paddings(sizes: Sequence[int]) -> list[int]:
    """Bytes to add to each of a frame's payloads, so that neighbours of nearly one size have the same."""
    added: list[int] = []
    largest = 0
    for size in sizes:
        if largest - MOST_PADDING <= size <= largest:
            added.append(largest - size)
        else:
            largest = size
            added.append(0)
    if len(sizes) > 1 and sizes[-1] < largest:
        added[-1] = 0  # the last of a run may be shorter
    return added


def padded(payload: bytes, padding: int) -> bytes:
    """RTP padding (RFC 3550 §5.1): the last byte says how many there are."""
    if not padding:
        return payload
    return payload + bytes(padding - 1) + bytes((padding,))


def runs(packets: Iterable[Media]) -> Iterator[list[Media]]:
    """In order; in each run all payloads are as long as the first, but the last may be shorter."""
    run: list[Media] = []
    size = 0
    for media in packets:
        length = len(media.payload)
        if run and (length > size or not _room(run, size)):
            yield run
            run = []
        if not run:
            size = length
        run.append(media)
        if length < size:
            yield run
            run = []
    if run:
        yield run


def _room(run: list[Media], size: int) -> bool:
    return len(run) < LONGEST_RUN and (len(run) + 1) * (size + _OVERHEAD) <= _MOST_BYTES
