"""An offer of WHIP or WHEP, read strictly and wholly or refused: no single media section is ever rejected."""

from __future__ import annotations

import re
from typing import Final, NoReturn, cast

import msgspec

from nakamise_livestream.media import Kind, Role, UnacceptableOffer
from nakamise_livestream.sfu.sdp.codecs import Codec, read_codecs
from nakamise_livestream.sfu.sdp.sections import Description, Section, malformed, read_sections
from nakamise_livestream.sfu.sdp.sources import Sources, read_rids, read_sources
from nakamise_livestream.sfu.wire.dtls import FINGERPRINT_HASHES, DtlsRole

_MID: Final = re.compile(r"[\w!#$%&'*+.^`{|}~-]{1,32}", re.ASCII)
_ICE: Final = re.compile(r"[A-Za-z0-9+/]+")
_FINGERPRINT: Final = re.compile(r"([a-z0-9-]+) ((?:[0-9A-F]{2}:)+[0-9A-F]{2})", re.IGNORECASE)
_EXTMAP: Final = re.compile(r"(\d{1,4})(?:/\w+)? (\S+)(?: .*)?")
_DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")
_PROTOCOLS: Final = ("UDP/TLS/RTP/SAVPF", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF")
_WANTED: Final[dict[Role, tuple[str, ...]]] = {
    "publisher": ("sendonly", "sendrecv"),
    "viewer": ("recvonly", "sendrecv"),
}
# One-byte headers (RFC 8285 §4.2) have no higher ids, and ours are written with those.
_MAX_EXTENSION: Final = 14


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """One media section. ``rids`` are the layers that the offer would send, in its order."""

    kind: Kind
    mid: str
    protocol: str
    codecs: list[Codec]
    extensions: dict[str, int]
    rids: tuple[str, ...]
    sources: Sources
    reduced_rtcp: bool


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What an offer says, checked. ``fingerprints`` are (hash, value)."""

    media: list[Media]
    ufrag: str
    password: str
    fingerprints: list[tuple[str, str]]
    our_role: DtlsRole


def refuse(text: str) -> NoReturn:
    raise UnacceptableOffer(text)


def read_offer(text: str, role: Role) -> Offer:
    """Raises :class:`MalformedOffer` and :class:`UnacceptableOffer`."""
    description = read_sections(text)
    _check_sections(description)
    if description.session.has("ice-lite"):
        refuse("both sides would be ICE-lite")
    for section in description.media:
        _check_section(section, role)
    media = [_media(section) for section in description.media]
    _check_bundle(description, [m.mid for m in media])
    _check_payload_types(media)
    first = description.media[0]
    return Offer(
        media=media,
        ufrag=_credential(description, first, "ice-ufrag", 4),
        password=_credential(description, first, "ice-pwd", 22),
        fingerprints=_fingerprints(description, first),
        our_role=_our_role(first.first("setup") or description.session.first("setup")),
    )


def _check_sections(description: Description) -> None:
    kinds = [section.kind for section in description.media]
    if not kinds:
        refuse("the offer has neither audio nor video")
    for kind in kinds:
        if kind not in ("audio", "video"):
            refuse(f"a section of {kind} is not served, only audio and video")
        if kinds.count(kind) > 1:
            refuse(f"more than one {kind} section")


def _check_section(section: Section, role: Role) -> None:
    if section.port == 0 and not section.has("bundle-only"):
        refuse(f"the {section.kind} section is disabled (port 0)")
    if section.protocol not in _PROTOCOLS:
        refuse(f"{section.protocol} is not served, only UDP/TLS/RTP/SAVPF")
    if not section.has("rtcp-mux"):
        refuse(f"the {section.kind} section has no a=rtcp-mux")
    direction = next((name for name in _DIRECTIONS if section.has(name)), "sendrecv")
    if direction not in _WANTED[role]:
        refuse(f"the {section.kind} section is {direction}, a {role} needs {' or '.join(_WANTED[role])}")


def _check_bundle(description: Description, mids: list[str]) -> None:
    if len(set(mids)) != len(mids):
        malformed("two sections have the same a=mid")
    groups = [value.split() for value in description.session.values("group")]
    bundles = [group[1:] for group in groups if group[:1] == ["BUNDLE"]]
    if not any(set(mids) <= set(bundle) for bundle in bundles):
        refuse("the sections are not all in one BUNDLE group")


def _check_payload_types(media: list[Media]) -> None:
    """On one transport a payload type means one thing (RFC 8843 §9.1)."""
    seen: dict[int, Kind] = {}
    for section in media:
        for codec in section.codecs:
            if seen.setdefault(codec.pt, section.kind) != section.kind:
                malformed(f"payload type {codec.pt} is both audio and video")


def _media(section: Section) -> Media:
    mid = section.first("mid")
    if mid is None or not _MID.fullmatch(mid):
        malformed(f"the {section.kind} section has no usable a=mid")
    return Media(
        kind=cast("Kind", section.kind),
        mid=mid,
        protocol=section.protocol,
        codecs=read_codecs(section),
        extensions=_extensions(section),
        rids=read_rids(section),
        sources=read_sources(section),
        reduced_rtcp=section.has("rtcp-rsize"),
    )


def _extensions(section: Section) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in section.values("extmap"):
        match = _EXTMAP.fullmatch(value)
        if match is None:
            malformed(f"a=extmap:{value[:80]} cannot be read")
        if 1 <= int(match[1]) <= _MAX_EXTENSION:
            found.setdefault(match[2], int(match[1]))
    if len(set(found.values())) != len(found):
        malformed("two header extensions have the same id")
    return found


def _credential(description: Description, section: Section, name: str, shortest: int) -> str:
    value = section.first(name) or description.session.first(name) or ""
    if not shortest <= len(value) <= 256 or not _ICE.fullmatch(value):
        malformed(f"there is no usable a={name}")
    return value


def _fingerprints(description: Description, section: Section) -> list[tuple[str, str]]:
    values = section.values("fingerprint") or description.session.values("fingerprint")
    if not values:
        malformed("there is no a=fingerprint")
    found: list[tuple[str, str]] = []
    for value in values:
        match = _FINGERPRINT.fullmatch(value)
        if match is None:
            malformed("a=fingerprint cannot be read")
        if match[1].lower() in FINGERPRINT_HASHES:
            found.append((match[1].lower(), match[2].upper()))
    if not found:
        refuse(f"no fingerprint with {', '.join(sorted(FINGERPRINT_HASHES))}")
    return found


def _our_role(setup: str | None) -> DtlsRole:
    """We are the server where we may choose: then we choose the SRTP profile too."""
    if setup not in ("actpass", "active", "passive"):
        malformed("there is no a=setup with actpass, active or passive")
    return "client" if setup == "passive" else "server"
