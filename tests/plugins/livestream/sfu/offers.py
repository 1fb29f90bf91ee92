"""Offers as clients in use write them, shortened to what matters."""

from __future__ import annotations

from typing import Final

FINGERPRINT: Final = ":".join(["AB"] * 32)
UFRAG: Final = "Ab3+"
PASSWORD: Final = "0123456789abcdefghijklmn"

_SESSION: Final = """\
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS stream
"""

_TRANSPORT: Final = f"""\
a=ice-ufrag:{UFRAG}
a=ice-pwd:{PASSWORD}
a=ice-options:trickle
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
"""

_AUDIO: Final = """\
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
{transport}a=mid:0
a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a={direction}
a=msid:stream audio
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:0 PCMU/8000
"""

_VIDEO: Final = """\
m=video 9 UDP/TLS/RTP/SAVPF 96 97 35 36 39 40
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
{transport}a=mid:1
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a={direction}
a=msid:stream video
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:35 H264/90000
a=rtcp-fb:35 nack
a=rtcp-fb:35 nack pli
a=fmtp:35 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f
a=rtpmap:36 rtx/90000
a=fmtp:36 apt=35
a=rtpmap:39 H264/90000
a=rtcp-fb:39 nack
a=rtcp-fb:39 nack pli
a=fmtp:39 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:40 rtx/90000
a=fmtp:40 apt=39
"""

_SOURCES: Final = """\
a=ssrc-group:FID 2231627014 632943048
a=ssrc:2231627014 cname:4TOk42mSjXCkVIa6
a=ssrc:632943048 cname:4TOk42mSjXCkVIa6
"""

SIMULCAST: Final = """\
a=rid:h send
a=rid:m send
a=rid:l send
a=simulcast:send h;m;l
"""


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def browser(direction: str = "sendonly", *, simulcast: bool = False) -> str:
    """Chromium with a camera and a microphone, or a player with ``recvonly``."""
    audio = _AUDIO.format(transport=_TRANSPORT, direction=direction)
    video = _VIDEO.format(transport=_TRANSPORT, direction=direction)
    sources = "" if direction == "recvonly" else SIMULCAST if simulcast else _SOURCES
    return _crlf(_SESSION + audio + video + sources)


def obs() -> str:
    """OBS with libdatachannel: no candidates, stereo, H.264 only."""
    text = f"""\
v=0
o=rtc 3767197920 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=group:LS 0 1
a=msid-semantic:WMS *
a=setup:actpass
a=ice-ufrag:l1zF
a=ice-pwd:CDeKjCIk2lJdWEFNhAGmCk
a=ice-options:ice2,trickle
a=fingerprint:sha-256 {FINGERPRINT}
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=ssrc:2830521721 cname:4aEvNFzUkMMKOdqM
a=ssrc:2830521721 msid:abc abc-audio
a=msid:abc abc-audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:1
a=sendonly
a=ssrc:2830521722 cname:4aEvNFzUkMMKOdqM
a=msid:abc abc-video
a=rtcp-mux
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
"""
    return _crlf(text)
