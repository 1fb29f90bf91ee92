"""Fragments of ICE."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.media import BadFragment
from nakamise_livestream.sfu.sdp.answer import Site
from nakamise_livestream.sfu.sdp.fragment import read_fragment, write_restart
from nakamise_livestream.sfu.sdp.offer import read_offer
from nakamise_livestream.sfu.wire.ice import Credentials
from tests.plugins.livestream.sfu import offers

TRICKLE = (
    "a=ice-ufrag:EsAw\r\n"
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    "a=group:BUNDLE 0 1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    "a=mid:0\r\n"
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n"
    "a=candidate:3 1 udp 1 8f4c-0a.local 61765 typ host\r\n"
    "a=end-of-candidates\r\n"
)


def test_candidates() -> None:
    fragment = read_fragment(TRICKLE)
    assert (fragment.ufrag, fragment.password) == ("EsAw", "P2uYro0UCOQ4zxjKXaWCBui1")
    assert not fragment.restarts("EsAw")
    assert fragment.restarts("other")
    assert not read_fragment("a=end-of-candidates").restarts("other")


@pytest.mark.parametrize(
    ("former", "other"),
    [
        ("a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n", ""),
        ("a=mid:0", "a=ice-ufrag:Else"),
        ("P2uYro0UCOQ4zxjKXaWCBui1", "short"),
        ("EsAw\r\n", "E\r\n"),
        ("1 udp 2122260223 192.0.2.1", "udp"),
        ("a=mid:0", "mid"),
        ("a=mid:0", "a=" + "x" * 20_000),
    ],
)
def test_cannot_be_read(former: str, other: str) -> None:
    with pytest.raises(BadFragment):
        read_fragment(TRICKLE.replace(former, other))


def test_our_side_of_a_restart_can_be_read_by_the_same_rules() -> None:
    offer = read_offer(offers.browser(), "publisher")
    text = write_restart(offer, Site(("192.0.2.7",), 5004, ""), Credentials("ours", "x" * 24))
    assert read_fragment(text).ufrag == "ours"
    assert "a=candidate:1 1 udp 2130706175 192.0.2.7 5004 typ host" in text


@given(st.text(max_size=200) | st.lists(st.sampled_from(TRICKLE.split("\r\n"))).map("\r\n".join))
def test_anything_is_read_or_refused(text: str) -> None:
    with suppress(BadFragment):
        read = read_fragment(text)
        assert (read.ufrag is None) == (read.password is None)
        assert (read.ufrag or "") in text
        assert (read.password or "") in text
