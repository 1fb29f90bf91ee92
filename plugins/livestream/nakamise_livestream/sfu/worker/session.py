"""WHIP and WHEP sessions: a peer on one side, its ingest or viewer on the other."""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from typing import Protocol

from nakamise_livestream.media import PublishedTrack
from nakamise_livestream.sfu.sdp.offer import Offer
from nakamise_livestream.sfu.streams.faces import WantedTrack
from nakamise_livestream.sfu.streams.ingest import Ingest
from nakamise_livestream.sfu.streams.viewer import Viewer
from nakamise_livestream.sfu.wire.peer import Peer
from nakamise_livestream.sfu.wire.srtp import Srtp


def new_tag() -> str:
    """An entity tag, with its quotes."""
    return f'"{secrets.token_hex(8)}"'


class Owner(Protocol):
    """Who keeps the sessions."""

    def session_up(self, session: Session, srtp: Srtp, now: float) -> None:
        """The connection stands."""

    def session_lost(self, session: Session, reason: str) -> None:
        """The peer is gone."""


class Session(ABC):
    """What both kinds have in common. ``peer`` is set by whoever makes the session, before anything comes in."""

    peer: Peer

    def __init__(self, stream_id: str, offer: Offer, owner: Owner) -> None:
        self.id = secrets.token_urlsafe(24)
        self.tag = new_tag()
        self.stream_id = stream_id
        self.offer = offer
        self.remote_ufrag = offer.ufrag
        self.created = time.monotonic()
        self._owner = owner

    @property
    @abstractmethod
    def up(self) -> bool:
        """Whether media may flow."""

    def ready(self, srtp: Srtp, now: float) -> None:
        self._owner.session_up(self, srtp, now)

    def lost(self, reason: str) -> None:
        self._owner.session_lost(self, reason)

    @abstractmethod
    def rtp(self, packet: bytes, now: float) -> None: ...

    @abstractmethod
    def rtcp(self, packet: bytes, now: float) -> None: ...


class PublisherSession(Session):
    ingest: Ingest | None = None
    stalled = False
    last_packet = 0.0

    def __init__(
        self, stream_id: str, offer: Offer, owner: Owner, tracks: tuple[PublishedTrack, ...]
    ) -> None:
        super().__init__(stream_id, offer, owner)
        self.tracks = tracks

    @property
    def up(self) -> bool:
        return self.ingest is not None

    def rtp(self, packet: bytes, now: float) -> None:
        if self.ingest:
            self.last_packet = now
            self.ingest.rtp(packet, now)

    def rtcp(self, packet: bytes, now: float) -> None:
        if self.ingest:
            self.ingest.rtcp(packet, now)


class ViewerSession(Session):
    viewer: Viewer | None = None

    def __init__(self, stream_id: str, offer: Offer, owner: Owner, tracks: tuple[WantedTrack, ...]) -> None:
        super().__init__(stream_id, offer, owner)
        self.tracks = tracks

    @property
    def up(self) -> bool:
        return self.viewer is not None

    def rtp(self, packet: bytes, now: float) -> None:
        """A viewer that offered sendrecv may send; nobody listens."""

    def rtcp(self, packet: bytes, now: float) -> None:
        if self.viewer:
            self.viewer.rtcp(packet, now)
