"""What the wire (sockets, DTLS, SDP) and the streams say to each other.

The wire makes outlets and upstreams; a :class:`~nakamise_livestream.sfu.streams.stream.Stream` makes ingests and
viewers from them. Nothing here does I/O or reads a clock: every ``now`` is ``time.monotonic()``, given in. Packets
that come in are unprotected already (plain RTP and RTCP); RTCP that goes out is plain, the wire protects it.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Kind = Literal["audio", "video"]

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"


class Outlet(Protocol):
    """One viewer's way out; it exists from the moment when DTLS is done and keeps its key for its life."""

    @property
    def aead(self) -> AESGCM | None:
        """The session key for RTP with AEAD_AES_128_GCM or _256_GCM (RFC 7714); None: use :meth:`protect`."""

    @property
    def salt(self) -> int:
        """The 96-bit session salt for RTP (RFC 7714 §8.1), big-endian; 0 without ``aead``."""
        ...

    def protect(self, packet: bytes) -> bytes:
        """SRTP of a plain RTP packet for profiles without AEAD.

        Late and repeated packets come through here too, so libsrtp's policy needs ``allow_repeat_tx`` and a wide
        window. A viewer's first index is always below 32,768 with ROC 0.
        """
        ...

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        """Send at once; the buffer is written anew after the call.

        ``datagrams`` is one or more datagrams back to back, each ``segment`` bytes long but the last, which may be
        shorter (the rule of UDP_SEGMENT); at most 40 and 64,000 bytes. A full socket buffer loses them silently.
        """

    def send_rtcp(self, compound: bytes) -> None:
        """Protect and send a plain compound RTCP packet."""


class Upstream(Protocol):
    """The way back to a publisher."""

    def send_rtcp(self, compound: bytes) -> None:
        """Protect and send a plain compound RTCP packet."""


class PublishedTrack(msgspec.Struct, frozen=True, kw_only=True):
    """A track as the publisher's offer and our answer agreed on it.

    ``ssrc`` and ``rtx_ssrc`` are None where the offer names none (simulcast by rid, some WHIP clients): the stream
    then finds them by the extensions ``mid`` and ``rid`` or by payload type. ``extensions`` is URI to id.
    """

    kind: Kind
    mid: str
    codec: Literal["opus", "H264", "VP8"]
    pt: int
    clock_rate: int
    rtx_pt: int | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    rids: tuple[str, ...] = ()
    extensions: dict[str, int] = {}
    fmtp: str = ""


class WantedTrack(msgspec.Struct, frozen=True, kw_only=True):
    """A track as a viewer's offer and our answer agreed on it; its codec is the stream's.

    Of ``extensions`` (URI to id) a stream writes ``MID`` and ``ABS_SEND_TIME``, if they are there. Without ``rtx_pt``
    a lost packet is sent again byte for byte.
    """

    kind: Kind
    mid: str
    pt: int
    rtx_pt: int | None = None
    extensions: dict[str, int] = {}


class LayerStats(msgspec.Struct, frozen=True, kw_only=True):
    """One encoding of a publisher's track. ``loss`` is the share of the last report interval, 0..1."""

    kind: Kind
    rid: str
    packets: int
    bytes: int
    lost: int
    recovered: int
    loss: float
    jitter_ms: float
    bitrate: int
    fps: float
    keyframe_interval_s: float | None


class IngestStats(msgspec.Struct, frozen=True, kw_only=True):
    """``last_packet`` is the monotonic time of the newest RTP packet, None before the first."""

    layers: tuple[LayerStats, ...]
    last_packet: float | None
    keyframe_requests: int
    nacks: int


class ViewerStats(msgspec.Struct, frozen=True, kw_only=True):
    """``loss`` 0..1 and ``rtt_ms`` are the newest of the viewer's own reports on its video (else audio).

    ``layer`` is the rid it is being sent, "" without simulcast, None while it gets no video.
    """

    packets: int
    bytes: int
    resent: int
    loss: float
    rtt_ms: float | None
    keyframe_requests: int
    layer: str | None
    started_at: float


class StreamStats(msgspec.Struct, frozen=True, kw_only=True):
    """``viewer_seconds``, ``packets_out`` and ``bytes_out`` only grow; bytes are SRTP payloads of UDP."""

    publishing: bool
    viewers: int
    viewer_seconds: float
    packets_out: int
    bytes_out: int
    ingest: IngestStats | None
