"""Who sends what: SSRCs (RFC 5576) and simulcast layers (RFC 8851, RFC 8853)."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from nakamise_livestream.sfu.sdp.sections import Section, malformed

MAX_LAYERS: Final = 4

_SSRC: Final = re.compile(r"(\d{1,10})(?: .*)?")
_RID: Final = re.compile(r"([A-Za-z0-9]{1,16}) (send|recv)(?: .*)?")


class Sources(msgspec.Struct, frozen=True):
    """The SSRC of the media and of its retransmissions, as far as they are announced."""

    ssrc: int | None = None
    rtx_ssrc: int | None = None


def read_sources(section: Section) -> Sources:
    """Raises :class:`MalformedOffer`. Of several sources the first is meant."""
    announced = [_ssrc(value) for value in section.values("ssrc")]
    for value in section.values("ssrc-group"):
        group = value.split()
        if group[:1] == ["FID"] and len(group) == 3:
            return Sources(_ssrc(group[1]), _ssrc(group[2]))
    return Sources(announced[0] if announced else None)


def read_rids(section: Section) -> tuple[str, ...]:
    """Layers that would be sent, in the order of a=simulcast; of alternatives the first.

    Raises :class:`MalformedOffer`.
    """
    declared = set()
    for value in section.values("rid"):
        match = _RID.fullmatch(value)
        if match is None:
            malformed(f"a=rid:{value[:80]} cannot be read")
        if match[2] == "send":
            declared.add(match[1])
    simulcast = (section.first("simulcast") or "").split()
    if "send" not in simulcast[:-1]:
        return ()
    layers = simulcast[simulcast.index("send") + 1].split(";")
    rids = tuple(layer.split(",")[0].lstrip("~") for layer in layers)
    if len(set(rids)) != len(rids) or not set(rids) <= declared or len(rids) > MAX_LAYERS:
        malformed(f"a=simulcast needs up to {MAX_LAYERS} different layers, each with an a=rid")
    return rids


def _ssrc(value: str) -> int:
    match = _SSRC.fullmatch(value)
    if match is None or int(match[1]) >= 1 << 32:
        malformed(f"a=ssrc:{value[:40]} cannot be read")
    return int(match[1])
