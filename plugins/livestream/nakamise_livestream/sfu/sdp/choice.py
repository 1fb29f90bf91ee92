"""Which of the offered codecs and extensions is taken, and what that makes of a track."""

from __future__ import annotations

from typing import Final, Literal

from nakamise_livestream.media import Kind, PublishedTrack
from nakamise_livestream.sfu.sdp.codecs import Codec, parameters
from nakamise_livestream.sfu.sdp.offer import Media, refuse
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, MID, REPAIRED_RID, RID, WantedTrack

CodecName = Literal["opus", "H264", "VP8"]

NAMES: Final[dict[str, CodecName]] = {"opus": "opus", "h264": "H264", "vp8": "VP8"}

_SERVED: Final[dict[Kind, str]] = {
    "audio": "opus/48000/2",
    "video": "H264 with packetization-mode=1 or VP8",
}
_INGEST_EXTENSIONS: Final = (MID, RID, REPAIRED_RID, ABS_SEND_TIME)
_VIEWER_EXTENSIONS: Final = (MID, ABS_SEND_TIME)


def codec_to_receive(media: Media, former: PublishedTrack | None) -> Codec:
    """The first that is served; the codec of the stream's ``former`` publisher goes first, for its viewers' sake.

    Raises :class:`UnacceptableOffer`.
    """
    served = [codec for codec in media.codecs if _is_served(media.kind, codec)]
    if not served:
        refuse(f"no {media.kind} codec in common: {_SERVED[media.kind]} is served")
    return next((c for c in served if former and NAMES[c.name] == former.codec), served[0])


def codec_to_send(media: Media, published: PublishedTrack) -> Codec:
    """The one that carries ``published`` as it is; of several H.264 the same profile goes first.

    Raises :class:`UnacceptableOffer`.
    """
    fitting = [c for c in media.codecs if _is_served(media.kind, c) and NAMES[c.name] == published.codec]
    if not fitting:
        refuse(f"the stream's {media.kind} is {published.codec}, which the offer lacks")
    profile = _profile(parameters(published.fmtp).get("profile-level-id"))
    return next((c for c in fitting if _profile(c.parameter("profile-level-id")) == profile), fitting[0])


def published_track(media: Media, codec: Codec) -> PublishedTrack:
    return PublishedTrack(
        kind=media.kind,
        mid=media.mid,
        codec=NAMES[codec.name],
        pt=codec.pt,
        clock_rate=codec.clock_rate,
        rtx_pt=codec.rtx_pt,
        ssrc=media.sources.ssrc,
        rtx_ssrc=media.sources.rtx_ssrc,
        rids=media.rids,
        extensions=ingest_extensions(media),
        fmtp=codec.fmtp,
    )


def wanted_track(media: Media, codec: Codec) -> WantedTrack:
    return WantedTrack(
        kind=media.kind,
        mid=media.mid,
        pt=codec.pt,
        rtx_pt=codec.rtx_pt,
        extensions=viewer_extensions(media),
    )


def ingest_extensions(media: Media) -> dict[str, int]:
    return {uri: media.extensions[uri] for uri in _INGEST_EXTENSIONS if uri in media.extensions}


def viewer_extensions(media: Media) -> dict[str, int]:
    return {uri: media.extensions[uri] for uri in _VIEWER_EXTENSIONS if uri in media.extensions}


def _is_served(kind: Kind, codec: Codec) -> bool:
    if kind == "audio":
        return (codec.name, codec.clock_rate, codec.channels) == ("opus", 48_000, 2)
    if codec.name == "h264":
        return codec.parameter("packetization-mode") == "1"
    return codec.name == "vp8"


def _profile(profile_level_id: str | None) -> str:
    """Profile and constraints without the level; RFC 6184 §8.1 gives the default."""
    return (profile_level_id or "42000a")[:4].lower()
