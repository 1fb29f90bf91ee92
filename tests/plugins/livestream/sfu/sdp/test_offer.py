"""Offers: what is taken from them, and which are refused with what."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.media import MalformedOffer, MediaRefusal, UnacceptableOffer
from nakamise_livestream.sfu.sdp.choice import (
    codec_to_receive,
    codec_to_send,
    published_track,
    wanted_track,
)
from nakamise_livestream.sfu.sdp.offer import read_offer
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, MID, REPAIRED_RID, RID, PublishedTrack
from tests.plugins.livestream.sfu import offers


def test_of_a_browser() -> None:
    offer = read_offer(offers.browser(), "publisher")
    audio, video = offer.media
    assert (offer.ufrag, offer.password, offer.our_role) == ("Ab3+", "0123456789abcdefghijklmn", "server")
    assert offer.fingerprints == [("sha-256", offers.FINGERPRINT)]
    assert [codec.name for codec in audio.codecs] == ["opus", "red", "pcmu"]
    track = published_track(video, codec_to_receive(video, None))
    assert (track.codec, track.pt, track.rtx_pt, track.clock_rate) == ("VP8", 96, 97, 90_000)
    assert (track.ssrc, track.rtx_ssrc) == (2231627014, 632943048)
    assert track.extensions == {MID: 4, RID: 10, REPAIRED_RID: 11, ABS_SEND_TIME: 2}


def test_of_obs() -> None:
    offer = read_offer(offers.obs(), "publisher")
    audio, video = (published_track(media, codec_to_receive(media, None)) for media in offer.media)
    assert (audio.codec, audio.ssrc) == ("opus", 2830521721)
    assert "stereo=1" in audio.fmtp
    assert (video.codec, video.pt, video.rtx_pt) == ("H264", 96, None)


def test_layers_keep_their_order() -> None:
    video = read_offer(offers.browser(simulcast=True), "publisher").media[1]
    assert video.rids == ("h", "m", "l")
    assert video.sources.ssrc is None


def test_bare_line_feeds_and_a_missing_end_of_line() -> None:
    text = offers.browser().replace("\r\n", "\n").rstrip("\n")
    assert len(read_offer(text, "publisher").media) == 2


def _published(codec: Literal["H264", "VP8"], fmtp: str = "") -> PublishedTrack:
    return PublishedTrack(kind="video", mid="9", codec=codec, pt=100, clock_rate=90_000, fmtp=fmtp)


def test_who_comes_back_is_asked_for_the_same_codec() -> None:
    video = read_offer(offers.browser(), "publisher").media[1]
    assert codec_to_receive(video, _published("H264")).pt == 39
    assert codec_to_receive(video, _published("VP8")).pt == 96


def test_a_viewer_gets_what_is_published() -> None:
    video = read_offer(offers.browser("recvonly"), "viewer").media[1]
    track = wanted_track(video, codec_to_send(video, _published("H264", "profile-level-id=64001f")))
    assert (track.pt, track.rtx_pt, track.mid) == (39, 40, "1")
    assert track.extensions == {MID: 4, ABS_SEND_TIME: 2}


def test_a_viewer_without_the_codec() -> None:
    video = read_offer(offers.obs().replace("sendonly", "recvonly"), "viewer").media[1]
    with pytest.raises(UnacceptableOffer, match="VP8"):
        codec_to_send(video, _published("VP8"))


REFUSED = {
    "disabled": ("m=video 9", "m=video 0"),
    "SCTP": ("UDP/TLS/RTP/SAVPF 111", "UDP/DTLS/SCTP 111"),
    "rtcp-mux": ("a=rtcp-mux\r\n", ""),
    "BUNDLE": ("a=group:BUNDLE 0 1\r\n", ""),
    "not all in one BUNDLE": ("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"),
    "recvonly": ("a=sendonly", "a=recvonly"),
    "inactive": ("a=sendonly", "a=inactive"),
    "more than one audio": ("m=video 9", "m=audio 9"),
    "application": ("m=video 9", "m=application 9"),
    "fingerprint with": ("a=fingerprint:sha-256", "a=fingerprint:md5"),
    "ICE-lite": ("t=0 0", "t=0 0\r\na=ice-lite"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_is_understood_and_refused(text: str) -> None:
    former, other = REFUSED[text]
    with pytest.raises(UnacceptableOffer, match=text):
        read_offer(offers.browser().replace(former, other), "publisher")


def test_has_neither_audio_nor_video() -> None:
    session = offers.browser().split("m=audio")[0]
    with pytest.raises(UnacceptableOffer, match="neither audio nor video"):
        read_offer(session, "publisher")


def test_no_codec_in_common() -> None:
    without = offers.browser().replace("VP8/90000", "AV1/90000").replace("packetization-mode=1", "x=1")
    video = read_offer(without, "publisher").media[1]
    with pytest.raises(UnacceptableOffer, match="no video codec in common"):
        codec_to_receive(video, None)


MALFORMED = {
    "begin with v=0": ("v=0\r\n", ""),
    "line 3": ("s=-", "s-"),
    "line 2": ("o=- ", "o=- 1\ra=setup:active"),
    "m=video": ("m=video 9", "m=video 99999"),
    "no payload type": ("SAVPF 111", "SAVPF 300"),
    "a payload type twice": ("SAVPF 96 97", "SAVPF 96 96"),
    "mapped twice": ("a=rtpmap:97 rtx", "a=rtpmap:96 rtx"),
    "both audio and video": ("SAVPF 111 63 0\r\n", "SAVPF 111 63 0 97\r\na=rtpmap:97 rtx/48000\r\n"),
    "a=rtpmap:": ("a=rtpmap:96 VP8/90000", "a=rtpmap:96"),
    "a=fmtp:": ("a=fmtp:97 apt=96", "a=fmtp:97"),
    "a=rtcp-fb:": ("a=rtcp-fb:96 nack pli", "a=rtcp-fb:nack"),
    "a=extmap:": ("a=extmap:10 urn", "a=extmap:x urn"),
    "the same id": ("a=extmap:10 ", "a=extmap:11 "),
    "a=ssrc:": ("a=ssrc:2231627014", "a=ssrc:-1"),
    "no usable a=mid": ("a=mid:1", "a=mid:"),
    "the same a=mid": ("a=mid:1", "a=mid:0"),
    "ice-ufrag": ("a=ice-ufrag:Ab3+", "a=ice-ufrag:A"),
    "ice-pwd": ("a=ice-pwd:0123456789abcdefghijklmn", "a=ice-pwd:short"),
    "no a=fingerprint": ("a=fingerprint", "a=x-fingerprint"),
    "fingerprint cannot": ("sha-256 AB", "sha-256 XY"),
    "a=setup": ("a=setup:actpass", "a=setup:holdconn"),
}


@pytest.mark.parametrize("text", MALFORMED)
def test_cannot_be_read(text: str) -> None:
    former, other = MALFORMED[text]
    assert former in offers.browser()
    with pytest.raises(MalformedOffer, match=text):
        read_offer(offers.browser().replace(former, other), "publisher")


def test_is_too_long() -> None:
    with pytest.raises(MalformedOffer, match="longer"):
        read_offer(offers.browser() + "a=x\r\n" * 20_000, "publisher")


def test_layers_without_rid() -> None:
    with pytest.raises(MalformedOffer, match="simulcast"):
        read_offer(offers.browser(simulcast=True).replace("a=rid:m send\r\n", ""), "publisher")


LINES = [*offers.browser(simulcast=True).split("\r\n"), *offers.obs().split("\r\n")]


@given(st.lists(st.sampled_from(LINES) | st.text(max_size=30), max_size=60), st.booleans())
def test_anything_is_read_or_refused(lines: list[str], whole: bool) -> None:
    text = "\r\n".join(["v=0", *lines] if whole else lines)
    with suppress(MediaRefusal):
        offer = read_offer(text, "publisher")
        assert offer.ufrag in text
        assert offer.password in text
        assert len({media.mid for media in offer.media}) == len(offer.media) > 0
        assert {media.kind for media in offer.media} <= {"audio", "video"}


@given(st.data())
def test_a_damaged_offer_is_read_or_refused(data: st.DataObject) -> None:
    text = offers.browser(simulcast=True)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    damaged = text[:start] + data.draw(st.text(max_size=20)) + text[end:]
    with suppress(MediaRefusal):
        for media in read_offer(damaged, "publisher").media:
            track = published_track(media, codec_to_receive(media, None))
            assert (track.kind, track.codec == "opus") in {("audio", True), ("video", False)}
            assert track.mid in damaged
            assert set(track.extensions.values()) <= set(range(1, 15))
