"""From an offer to what a session needs and its answer; ICE restarts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from nakamise_livestream.media import BadFragment, Patched, PublishedTrack, TagMismatch, TagMissing
from nakamise_livestream.sfu.sdp.answer import Outgoing, Site, answer_publisher, answer_viewer
from nakamise_livestream.sfu.sdp.choice import codec_to_receive, codec_to_send, published_track, wanted_track
from nakamise_livestream.sfu.sdp.fragment import read_fragment, write_restart
from nakamise_livestream.sfu.sdp.offer import Offer, read_offer, refuse
from nakamise_livestream.sfu.streams.faces import WantedTrack
from nakamise_livestream.sfu.streams.stream import Stream
from nakamise_livestream.sfu.wire.ice import Credentials
from nakamise_livestream.sfu.worker.session import Session, new_tag

T = TypeVar("T")


class Accepted(msgspec.Struct, Generic[T], frozen=True):
    """An offer that will be served: its tracks, and the answer for the credentials that the peer gets."""

    offer: Offer
    tracks: tuple[T, ...]
    answer: Callable[[Site, Credentials], str]


def accept_publisher(text: str, stream: Stream) -> Accepted[PublishedTrack]:
    """Raises :class:`MalformedOffer` and :class:`UnacceptableOffer`."""
    offer = read_offer(text, "publisher")
    chosen = {media.mid: codec_to_receive(media, stream.codec(media.kind)) for media in offer.media}
    tracks = tuple(published_track(media, chosen[media.mid]) for media in offer.media)
    return Accepted(offer, tracks, lambda site, own: answer_publisher(offer, chosen, site, own))


def accept_viewer(text: str, stream: Stream) -> Accepted[WantedTrack]:
    """Raises :class:`MalformedOffer` and :class:`UnacceptableOffer`."""
    offer = read_offer(text, "viewer")
    outgoing = {}
    for media in offer.media:
        track = stream.codec(media.kind)
        if track:
            ways = Outgoing(track, stream.ssrc(media.kind), stream.rtx_ssrc(media.kind))
            outgoing[media.mid] = codec_to_send(media, track), ways
        elif not media.codecs:
            refuse(f"the {media.kind} section names no codec")
    if not outgoing:
        refuse("the stream has nothing of what is asked for")
    tracks = tuple(wanted_track(m, outgoing[m.mid][0]) for m in offer.media if m.mid in outgoing)
    return Accepted(offer, tracks, lambda site, own: answer_viewer(offer, outgoing, site, own))


def patch(session: Session, text: str, if_match: str | None, site: Site) -> Patched:
    """As `MediaEngine.patch`."""
    fragment = read_fragment(text)
    any_or_ours = ("*", '"*"', session.tag)
    if if_match is not None and if_match not in any_or_ours:
        raise TagMismatch("If-Match names a former ICE session")
    if not fragment.restarts(session.remote_ufrag):
        return Patched()
    if if_match is None:
        raise TagMissing("an ICE restart needs If-Match")
    if fragment.ufrag is None:
        raise BadFragment("an ICE restart needs a=ice-ufrag")
    session.remote_ufrag = fragment.ufrag
    session.tag = new_tag()
    return Patched(etag=session.tag, fragment=write_restart(session.offer, site, session.peer.restart()))
