"""Answers, read again as a client reads them."""

from __future__ import annotations

from aiortc.sdp import SessionDescription

from nakamise_livestream.media import PublishedTrack
from nakamise_livestream.sfu.sdp.answer import Outgoing, Site, answer_publisher, answer_viewer
from nakamise_livestream.sfu.sdp.choice import codec_to_receive, codec_to_send, published_track
from nakamise_livestream.sfu.sdp.offer import Offer, read_offer
from nakamise_livestream.sfu.wire.ice import Credentials
from tests.plugins.livestream.sfu import offers

SITE = Site(("192.0.2.7", "2001:db8::7"), 5004, offers.FINGERPRINT)
OURS = Credentials("ourfragment", "ourpasswordourpassword")


def _to_publisher(text: str) -> str:
    offer = read_offer(text, "publisher")
    chosen = {media.mid: codec_to_receive(media, None) for media in offer.media}
    return answer_publisher(offer, chosen, SITE, OURS)


def _published(text: str) -> dict[str, PublishedTrack]:
    offer = read_offer(text, "publisher")
    return {m.kind: published_track(m, codec_to_receive(m, None)) for m in offer.media}


def _to_viewer(offer: Offer, published: dict[str, PublishedTrack]) -> str:
    outgoing = {
        media.mid: (codec_to_send(media, published[media.kind]), Outgoing(published[media.kind], 1000, 2000))
        for media in offer.media
        if media.kind in published
    }
    return answer_viewer(offer, outgoing, SITE, OURS)


def _section(answer: str, kind: str) -> list[str]:
    rest = answer[answer.index(f"m={kind}") :]
    return rest.split("\r\nm=")[0].split("\r\n")


def test_every_section_has_the_transport() -> None:
    answer = _to_publisher(offers.browser())
    parsed = SessionDescription.parse(answer)
    assert [group.items for group in parsed.group] == [["0", "1"]]
    assert "a=ice-lite\r\n" in answer.split("m=")[0]
    for media in parsed.media:
        assert (media.direction, media.rtcp_mux, media.port) == ("recvonly", True, 5004)
        assert media.dtls is not None
        assert media.ice is not None
        assert media.dtls.role == "server"
        assert media.ice.usernameFragment == OURS.ufrag
        assert media.ice_candidates_complete
        assert [c.ip for c in media.ice_candidates] == ["192.0.2.7", "2001:db8::7"]
        assert media.ice_candidates[0].priority > media.ice_candidates[1].priority
        assert "a=rtcp-mux-only" in _section(answer, media.kind)


def test_one_codec_with_its_retransmission_and_feedback() -> None:
    video = _section(_to_publisher(offers.browser()), "video")
    assert video[0] == "m=video 5004 UDP/TLS/RTP/SAVPF 96 97"
    assert [line for line in video if line.startswith("a=rtpmap")] == [
        "a=rtpmap:96 VP8/90000",
        "a=rtpmap:97 rtx/90000",
    ]
    feedback = {line.split(" ", 1)[1] for line in video if line.startswith("a=rtcp-fb")}
    assert feedback == {"goog-remb", "ccm fir", "nack", "nack pli"}


def test_payload_types_below_96_are_mirrored() -> None:
    text = offers.browser().replace("SAVPF 96 97 35 36 39 40", "SAVPF 39 40")
    assert "a=rtpmap:39 H264/90000" in _section(_to_publisher(text), "video")


def test_stereo_stays_stereo() -> None:
    audio = _section(_to_publisher(offers.obs()), "audio")
    assert "a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;useinbandfec=1" in audio
    player = read_offer(offers.browser("recvonly"), "viewer")
    heard = _section(_to_viewer(player, {"audio": _published(offers.obs())["audio"]}), "audio")
    assert "a=fmtp:111 minptime=10;useinbandfec=1;sprop-stereo=1" in heard


def test_mono_stays_mono() -> None:
    assert "stereo" not in _to_publisher(offers.browser())


def test_all_layers_are_taken() -> None:
    video = _section(_to_publisher(offers.browser(simulcast=True)), "video")
    assert [line for line in video if line.startswith("a=rid")] == [
        "a=rid:h recv",
        "a=rid:m recv",
        "a=rid:l recv",
    ]
    assert "a=simulcast:recv h;m;l" in video
    assert "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in video


def test_a_viewer_is_told_the_sources() -> None:
    player = read_offer(offers.browser("recvonly"), "viewer")
    answer = _to_viewer(player, _published(offers.browser()))
    video = _section(answer, "video")
    assert "a=sendonly" in video
    assert "a=ssrc-group:FID 1000 2000" in video
    assert {line for line in video + _section(answer, "audio") if line.startswith("a=msid:")} == {
        "a=msid:live video",
        "a=msid:live audio",
    }


def test_what_the_stream_lacks_stays_silent() -> None:
    player = read_offer(offers.browser("recvonly"), "viewer")
    answer = _to_viewer(player, {"video": _published(offers.browser())["video"]})
    assert {"a=sendonly", "a=msid:live audio"} <= set(_section(answer, "audio"))
    assert not any(line.startswith("a=ssrc") for line in _section(answer, "audio"))
    assert "a=sendonly" in _section(answer, "video")


def test_a_passive_client_is_called() -> None:
    answer = _to_publisher(offers.browser().replace("setup:actpass", "setup:passive"))
    assert "a=setup:active" in answer
    assert "a=setup:passive" not in answer
