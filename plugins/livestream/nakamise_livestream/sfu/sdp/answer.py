"""Our answers: ICE-lite, everything bundled, every candidate in it (RFC 9725 §4.4)."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Final

import msgspec

from nakamise_livestream.media import PublishedTrack
from nakamise_livestream.sfu.sdp.choice import ingest_extensions, viewer_extensions
from nakamise_livestream.sfu.sdp.codecs import Codec, parameters
from nakamise_livestream.sfu.sdp.offer import Media, Offer
from nakamise_livestream.sfu.wire.dtls import DtlsRole
from nakamise_livestream.sfu.wire.ice import Credentials

_FEEDBACK: Final = ("nack", "nack pli", "ccm fir", "goog-remb")
_SETUP: Final[dict[DtlsRole, str]] = {"server": "passive", "client": "active"}
# RFC 8445 §5.1.2: type preference of host candidates, component 1.
_HOST_PREFERENCE: Final = 126 << 24
# One name for all tracks of a stream, so that players put them into one MediaStream.
_LABEL: Final = "live"


class Site(msgspec.Struct, frozen=True):
    """Where we are reached: addresses in the order of preference, one UDP port, and the certificate's SHA-256."""

    addresses: tuple[str, ...]
    port: int
    fingerprint: str


class Outgoing(msgspec.Struct, frozen=True):
    """What a viewer gets of one kind: the stream's track and its SSRCs."""

    track: PublishedTrack
    ssrc: int
    rtx_ssrc: int


def candidates(site: Site) -> list[str]:
    lines = [
        f"a=candidate:{n} 1 udp {_HOST_PREFERENCE | (65_535 - n) << 8 | 255} {address} {site.port} typ host"
        for n, address in enumerate(site.addresses, start=1)
    ]
    return [*lines, "a=end-of-candidates"]


def answer_publisher(offer: Offer, chosen: dict[str, Codec], site: Site, credentials: Credentials) -> str:
    """``chosen`` is mid to codec, as `codec_to_receive` chose."""
    sections = []
    for media in offer.media:
        codec = chosen[media.mid]
        lines = [*_opening(media, codec, site, "recvonly"), *_extmaps(ingest_extensions(media))]
        lines += _formats(codec, _fmtp_to_publisher(codec))
        if media.rids:
            lines += [f"a=rid:{rid} recv" for rid in media.rids]
            lines.append(f"a=simulcast:recv {';'.join(media.rids)}")
        sections.append([*lines, *_transport(offer, site, credentials)])
    return _description(offer, sections)


def answer_viewer(
    offer: Offer, outgoing: dict[str, tuple[Codec, Outgoing]], site: Site, credentials: Credentials
) -> str:
    """``outgoing`` is by mid; a section that the stream has nothing for stays silent, for WHEP knows no inactive."""
    sections = []
    for media in offer.media:
        if media.mid not in outgoing:
            codec = media.codecs[0]
            lines = [*_opening(media, codec, site, "sendonly"), *_formats(codec, codec.fmtp), _msid(media)]
        else:
            codec, out = outgoing[media.mid]
            lines = [*_opening(media, codec, site, "sendonly"), *_extmaps(viewer_extensions(media))]
            lines += [*_formats(codec, _fmtp_to_viewer(codec, out.track)), *_sources(media, codec, out)]
        sections.append([*lines, *_transport(offer, site, credentials)])
    return _description(offer, sections)


def _description(offer: Offer, sections: list[list[str]]) -> str:
    lines = [
        "v=0",
        f"o=- {secrets.randbits(62)} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(media.mid for media in offer.media),
        "a=msid-semantic:WMS *",
    ]
    return "\r\n".join([*lines, *(line for section in sections for line in section), ""])


def _opening(media: Media, codec: Codec, site: Site, direction: str) -> list[str]:
    payload_types = f"{codec.pt}" if codec.rtx_pt is None else f"{codec.pt} {codec.rtx_pt}"
    address = site.addresses[0]
    lines = [
        f"m={media.kind} {site.port} {media.protocol} {payload_types}",
        f"c=IN IP{ipaddress.ip_address(address).version} {address}",
        f"a=mid:{media.mid}",
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtcp-mux-only",
    ]
    return [*lines, "a=rtcp-rsize"] if media.reduced_rtcp else lines


def _extmaps(extensions: dict[str, int]) -> list[str]:
    return [f"a=extmap:{number} {uri}" for uri, number in extensions.items()]


def _formats(codec: Codec, fmtp: str) -> list[str]:
    name = {"vp8": "VP8", "h264": "H264"}.get(codec.name, codec.name)
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{codec.pt} {name}/{codec.clock_rate}{channels}"]
    if fmtp:
        lines.append(f"a=fmtp:{codec.pt} {fmtp}")
    lines += [f"a=rtcp-fb:{codec.pt} {feedback}" for feedback in codec.feedback if feedback in _FEEDBACK]
    if codec.rtx_pt is not None:
        lines.append(f"a=rtpmap:{codec.rtx_pt} rtx/{codec.clock_rate}")
        lines.append(f"a=fmtp:{codec.rtx_pt} apt={codec.pt}")
    return lines


def _msid(media: Media) -> str:
    return f"a=msid:{_LABEL} {media.kind}"


def _sources(media: Media, codec: Codec, out: Outgoing) -> list[str]:
    lines = [_msid(media)]
    if codec.rtx_pt is not None:
        lines.append(f"a=ssrc-group:FID {out.ssrc} {out.rtx_ssrc}")
    lines.append(f"a=ssrc:{out.ssrc} cname:{_LABEL}")
    if codec.rtx_pt is not None:
        lines.append(f"a=ssrc:{out.rtx_ssrc} cname:{_LABEL}")
    return lines


def _transport(offer: Offer, site: Site, credentials: Credentials) -> list[str]:
    return [
        f"a=ice-ufrag:{credentials.ufrag}",
        f"a=ice-pwd:{credentials.password}",
        f"a=fingerprint:sha-256 {site.fingerprint}",
        f"a=setup:{_SETUP[offer.our_role]}",
        *candidates(site),
    ]


def _is_stereo(fmtp: str) -> bool:
    values = parameters(fmtp)
    return "1" in (values.get("stereo"), values.get("sprop-stereo"))


def _fmtp_to_publisher(codec: Codec) -> str:
    """What we take (RFC 7587 §7): all that was offered; who says it sends stereo is told to."""
    if codec.name != "opus":
        return codec.fmtp
    values = {name: value for name, value in parameters(codec.fmtp).items() if name != "sprop-stereo"}
    if _is_stereo(codec.fmtp):
        values["stereo"] = "1"
    return ";".join(f"{name}={value}" for name, value in values.items())


def _fmtp_to_viewer(codec: Codec, published: PublishedTrack) -> str:
    """The viewer's own wishes, and whether stereo is sent."""
    if codec.name != "opus" or not _is_stereo(published.fmtp):
        return codec.fmtp
    values = {name: value for name, value in parameters(codec.fmtp).items() if name != "sprop-stereo"}
    values["sprop-stereo"] = "1"
    return ";".join(f"{name}={value}" for name, value in values.items())
