"""One RTP packet as a stream keeps it."""

from __future__ import annotations

import msgspec


def abs_send_time(now: float) -> int:
    """24 bits, 6.18 fixed-point seconds."""
    return int(now * (1 << 18)) & 0xFFFFFF


class Media(msgspec.Struct, frozen=True, gc=False):
    """Never changed once sent: whoever gets ``number`` gets these very bytes (AES-GCM's nonce is made of it).

    ``number`` counts the layer's packets without wraps; ``timestamp`` is the layer's own; ``payload`` ends with
    ``padding`` bytes of RTP padding; ``sent`` is the 24-bit abs-send-time of the first sending.
    """

    number: int
    marker: int
    timestamp: int
    payload: bytes
    padding: int
    sent: int
    keyframe: bool
