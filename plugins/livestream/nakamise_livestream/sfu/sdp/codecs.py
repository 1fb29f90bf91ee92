"""What a media section offers to send or receive: codecs with their retransmission and feedback."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from nakamise_livestream.sfu.sdp.sections import Section, malformed

MAX_PAYLOAD_TYPE: Final = 127

_RTPMAP: Final = re.compile(r"(\d{1,3}) ([\w.+-]+)/(\d{1,6})(?:/(\d{1,2}))?")
_FMTP: Final = re.compile(r"(\d{1,3}) (.+)")
_FEEDBACK: Final = re.compile(r"(\d{1,3}|\*) (.+)")


class Codec(msgspec.Struct, kw_only=True):
    """``name`` is in lower case; ``fmtp`` as offered; ``feedback`` are the values of a=rtcp-fb."""

    pt: int
    name: str
    clock_rate: int
    channels: int
    fmtp: str = ""
    feedback: list[str] = []
    rtx_pt: int | None = None

    def parameter(self, name: str) -> str | None:
        return parameters(self.fmtp).get(name)


def parameters(fmtp: str) -> dict[str, str]:
    """Format parameters, names in lower case, in their order."""
    pairs = (item.strip().partition("=") for item in fmtp.split(";") if item.strip())
    return {name.lower(): value for name, _, value in pairs}


def read_codecs(section: Section) -> list[Codec]:
    """Codecs in the offer's order of preference, without rtx and the other helpers among them.

    Raises :class:`MalformedOffer`. Payload types without a=rtpmap (the static ones) are left out.
    """
    order = [_payload_type(pt) for pt in section.fmt]
    if len(set(order)) != len(order):
        malformed(f"the {section.kind} section names a payload type twice")
    by_pt = _mapped(section)
    _add_formats(section, by_pt)
    listed = [by_pt[pt] for pt in order if pt in by_pt]
    for rtx in (codec for codec in listed if codec.name == "rtx"):
        primary = rtx.parameter("apt")
        if primary and primary.isdecimal() and int(primary) in by_pt:
            by_pt[int(primary)].rtx_pt = rtx.pt
    return listed


def _mapped(section: Section) -> dict[int, Codec]:
    found: dict[int, Codec] = {}
    for value in section.values("rtpmap"):
        match = _RTPMAP.fullmatch(value)
        if match is None:
            malformed(f"a=rtpmap:{value[:80]} cannot be read")
        pt = _payload_type(match[1])
        if pt in found:
            malformed(f"payload type {pt} is mapped twice")
        found[pt] = Codec(
            pt=pt, name=match[2].lower(), clock_rate=int(match[3]), channels=int(match[4] or 1), feedback=[]
        )
    return found


def _add_formats(section: Section, by_pt: dict[int, Codec]) -> None:
    for value in section.values("fmtp"):
        match = _FMTP.fullmatch(value)
        if match is None:
            malformed(f"a=fmtp:{value[:80]} cannot be read")
        codec = by_pt.get(int(match[1]))
        if codec:
            codec.fmtp = match[2]
    for value in section.values("rtcp-fb"):
        match = _FEEDBACK.fullmatch(value)
        if match is None:
            malformed(f"a=rtcp-fb:{value[:80]} cannot be read")
        for codec in by_pt.values():
            if match[1] in ("*", str(codec.pt)):
                codec.feedback.append(match[2])


def _payload_type(value: str) -> int:
    if not value.isdecimal() or not value.isascii() or int(value) > MAX_PAYLOAD_TYPE:
        malformed(f"{value[:20]!r} is no payload type")
    return int(value)
