"""SDP fragments of trickle ICE and ICE restarts (RFC 8840 §9, RFC 9725 §4.3)."""

from __future__ import annotations

import re
from typing import Final, NoReturn

import msgspec

from nakamise_livestream.media import BadFragment
from nakamise_livestream.sfu.sdp.answer import Site, candidates
from nakamise_livestream.sfu.sdp.offer import Offer
from nakamise_livestream.sfu.wire.ice import Credentials

MAX_FRAGMENT: Final = 16_000

_LINE: Final = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f\x7f]*")
_CANDIDATE: Final = re.compile(r"\S{1,32} \d{1,3} \S+ \d{1,10} \S+ \d{1,5} typ \S+(?: .*)?")
_UFRAG: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")


class Fragment(msgspec.Struct, frozen=True):
    """The sender's credentials, as far as they are in it. Candidates need no keeping: a lite agent checks none."""

    ufrag: str | None
    password: str | None

    def restarts(self, ufrag: str) -> bool:
        """Whether it begins a new ICE session after the one of ``ufrag``."""
        return self.ufrag is not None and self.ufrag != ufrag


def read_fragment(text: str) -> Fragment:
    """Raises :class:`BadFragment`."""
    if len(text) > MAX_FRAGMENT:
        _bad(f"the fragment is longer than {MAX_FRAGMENT} characters")
    found: dict[str, str] = {}
    for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n"):
        if not _LINE.fullmatch(line):
            _bad(f"{line[:80]!r} is no line of SDP")
        name, _, value = line[2:].partition(":")
        if name == "candidate" and not _CANDIDATE.fullmatch(value):
            _bad(f"a=candidate:{value[:80]} cannot be read")
        if line.startswith("a=ice-") and found.setdefault(name, value) != value:
            _bad(f"two different a={name}")
    return _fragment(found.get("ice-ufrag"), found.get("ice-pwd"))


def write_restart(offer: Offer, site: Site, credentials: Credentials) -> str:
    """Our side of a restart; with everything bundled the first section stands for all."""
    first = offer.media[0]
    lines = [
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(media.mid for media in offer.media),
        f"m={first.kind} 9 {first.protocol} 0",
        f"a=mid:{first.mid}",
        f"a=ice-ufrag:{credentials.ufrag}",
        f"a=ice-pwd:{credentials.password}",
        *candidates(site),
    ]
    return "\r\n".join([*lines, ""])


def _fragment(ufrag: str | None, password: str | None) -> Fragment:
    if ufrag is not None and not _UFRAG.fullmatch(ufrag):
        _bad("a=ice-ufrag cannot be read")
    if password is not None and not _PASSWORD.fullmatch(password):
        _bad("a=ice-pwd cannot be read")
    if (ufrag is None) != (password is None):
        _bad("a=ice-ufrag and a=ice-pwd come together")
    return Fragment(ufrag, password)


def _bad(text: str) -> NoReturn:
    raise BadFragment(text)
