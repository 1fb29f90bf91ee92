"""Does this payload begin a picture that a decoder can start with?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

_IDR = 5
_SPS = 7
_STAP_A = 24
_FU_A = 28
_NAL_TYPE = 0x1F
_FU_START = 0x80

Test = Callable[[bytes], bool]


def h264_keyframe(payload: bytes) -> bool:
    """The first piece of an IDR slice is in it (RFC 6184 §5.6-5.8)."""
    return _IDR in _nal_types(payload)


def h264_parameters(payload: bytes) -> bool:
    """A sequence parameter set is in it: the IDR slices of the same picture follow."""
    return _SPS in _nal_types(payload)


def _nal_types(payload: bytes) -> Iterator[int]:
    if not payload:
        return
    kind = payload[0] & _NAL_TYPE
    if kind == _STAP_A:
        yield from _aggregated(payload)
    elif kind == _FU_A:
        if len(payload) > 1 and payload[1] & _FU_START:
            yield payload[1] & _NAL_TYPE
    else:
        yield kind


def _aggregated(payload: bytes) -> Iterator[int]:
    at = 1
    while at + 2 < len(payload):
        yield payload[at + 2] & _NAL_TYPE
        at += 2 + int.from_bytes(payload[at : at + 2])


def vp8_keyframe(payload: bytes) -> bool:
    """The first partition of a key frame begins with it (RFC 7741 §4.2, §4.3)."""
    at = vp8_descriptor(payload)
    if at is None or at >= len(payload):
        return False
    starts_first_partition = payload[0] & 0x10 and not payload[0] & 0x07
    return bool(starts_first_partition) and not payload[at] & 0x01


def vp8_descriptor(payload: bytes) -> int | None:
    """Its length in bytes; None if it is cut off."""
    if not payload:
        return None
    if not payload[0] & 0x80:
        return 1
    if len(payload) < 3:
        return None
    flags = payload[1]
    at = 2
    if flags & 0x80:
        at += 2 if payload[at] & 0x80 else 1
    if flags & 0x40:
        at += 1
    if flags & 0x30:
        at += 1
    return at


def never(_payload: bytes) -> bool:
    return False


KEYFRAME: dict[str, Test] = {"H264": h264_keyframe, "VP8": vp8_keyframe}
PARAMETERS: dict[str, Test] = {"H264": h264_parameters, "VP8": never}
