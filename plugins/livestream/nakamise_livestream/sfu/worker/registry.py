"""All sessions of a worker: how they begin, change and end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from nakamise_livestream.media import (
    Answer,
    EngineBusy,
    MediaEvent,
    NotLive,
    Patched,
    Published,
    SessionGone,
    StreamStats,
    Unpublished,
    Usage,
    ViewerJoined,
    ViewerLeft,
    ViewerStats,
    WorkerHealth,
)
from nakamise_livestream.sfu.sdp.answer import Site
from nakamise_livestream.sfu.wire.dtls import Certificate
from nakamise_livestream.sfu.wire.outlet import PeerOutlet
from nakamise_livestream.sfu.wire.peer import Peer, Security
from nakamise_livestream.sfu.wire.port import UdpPort, segmentation_works
from nakamise_livestream.sfu.wire.srtp import Srtp
from nakamise_livestream.sfu.worker import negotiation
from nakamise_livestream.sfu.worker.channel import Channel
from nakamise_livestream.sfu.worker.config import WorkerConfig, announced_addresses
from nakamise_livestream.sfu.worker.messages import Holding
from nakamise_livestream.sfu.worker.meters import Meters
from nakamise_livestream.sfu.worker.relay import Relay
from nakamise_livestream.sfu.worker.session import PublisherSession, Session, ViewerSession
from nakamise_livestream.sfu.worker.tap import Tap

# Streams that nobody uses are forgotten after this, so that a publisher may be away for long.
FORGET_AFTER_S: Final = 900.0
# Relays of streams that nobody looks at here.
RELAY_IDLE_S: Final = 10.0


class Registry:
    """Needs a running loop; ``emit`` is called with every event, at once and in order."""

    def __init__(self, config: WorkerConfig, emit: Callable[[MediaEvent], None]) -> None:
        self.config = config
        self.port = UdpPort(config.udp_host, config.udp_port)
        self.certificate = Certificate.generate()
        self.site = Site(announced_addresses(config), self.port.number, self.certificate.sha256)
        self.channels: dict[str, Channel] = {}
        self.sessions: dict[str, Session] = {}
        self._emit = emit
        self._segmentation = segmentation_works(self.port.socket)
        self._endings: set[asyncio.Task[None]] = set()
        self._groups: Counter[str] = Counter()
        self._meters = Meters()
        self._began = time.monotonic()
        self.lag_s = 0.0
        """How late the worker's clock was lately; `upkeep` says it."""

    # --- begin --------------------------------------------------------------------------------

    def publish(self, stream_id: str, offer_text: str) -> Answer:
        """As `MediaEngine.publish`."""
        now = time.monotonic()
        channel = self.channels.get(stream_id) or Channel(stream_id, now)
        channel.check_free(now, self.config.stall_after)
        self._check_room(stream_id)
        accepted = negotiation.accept_publisher(offer_text, channel.stream)
        session = PublisherSession(stream_id, accepted.offer, self, accepted.tracks)
        self._connect(session)
        if channel.publisher:
            self.end_session(channel.publisher, "replaced")
        self.channels[stream_id] = channel
        channel.publisher = session
        return self._answer(session, accepted.answer(self.site, session.peer.credentials))

    def play(self, stream_id: str, offer_text: str) -> Answer:
        """As `MediaEngine.play`."""
        channel = self.channel(stream_id)
        self._check_room(stream_id)
        accepted = negotiation.accept_viewer(offer_text, channel.stream)
        session = ViewerSession(stream_id, accepted.offer, self, accepted.tracks)
        self._connect(session)
        channel.viewers[session.id] = session
        return self._answer(session, accepted.answer(self.site, session.peer.credentials))

    def channel(self, stream_id: str) -> Channel:
        """Raises :class:`NotLive`."""
        channel = self.channels.get(stream_id)
        if channel is None or not channel.live:
            raise NotLive("nothing is being published on this stream")
        return channel

    def _check_room(self, stream_id: str) -> None:
        if len(self.sessions) >= self.config.max_sessions:
            raise EngineBusy("all sessions of this worker are taken")
        if self._groups[_group(stream_id)] >= self.config.max_group_sessions:
            raise EngineBusy("all sessions that one customer may have here are taken")

    def _leave_group(self, group: str) -> None:
        self._groups[group] -= 1
        if not self._groups[group]:
            del self._groups[group]

    def _connect(self, session: Session) -> None:
        security = Security(session.offer.fingerprints, session.offer.our_role)
        session.peer = Peer(self.port, self.certificate, security, session)
        self.sessions[session.id] = session
        self._groups[_group(session.stream_id)] += 1

    @staticmethod
    def _answer(session: Session, sdp: str) -> Answer:
        return Answer(session=session.id, etag=session.tag, sdp=sdp)

    def open_tap(self, stream_id: str) -> Tap:
        """Raises :class:`NotLive`. Whoever opens one closes it with :meth:`Channel.close_tap`."""
        channel = self.channel(stream_id)
        tap = Tap(channel.stream, time.monotonic())
        channel.taps.add(tap)
        return tap

    async def follow(self, stream_id: str, place: str, token: str) -> None:
        """Relay a stream from the worker at ``place``, unless it is here already.

        Raises what the other worker refuses with, and :class:`EngineAway`.
        """
        channel = self.channels.get(stream_id) or Channel(stream_id, time.monotonic())
        if channel.publisher:
            return
        self.channels[stream_id] = channel
        if channel.relay is None:
            channel.relay = Relay(channel, place, token, self.end_stream)
        await channel.relay.opened()

    # --- change -------------------------------------------------------------------------------

    def patch(self, session_id: str, fragment: str, if_match: str | None) -> Patched:
        """As `MediaEngine.patch`."""
        return negotiation.patch(self.session(session_id), fragment, if_match, self.site)

    def session(self, session_id: str) -> Session:
        """Raises :class:`SessionGone`."""
        session = self.sessions.get(session_id)
        if session is None:
            raise SessionGone("there is no such session")
        return session

    # --- end ----------------------------------------------------------------------------------

    def end_session(self, session: Session, reason: str) -> None:
        """Its place is free at once; the peer is told. ``reason``: see :class:`Unpublished`."""
        if self.sessions.pop(session.id, None) is None:
            return
        self._leave_group(_group(session.stream_id))
        channel = self.channels[session.stream_id]
        if isinstance(session, PublisherSession):
            self._publisher_ended(channel, session, reason)
        elif isinstance(session, ViewerSession):
            self._viewer_ended(channel, session, reason)
        channel.idle_since = time.monotonic()
        task = asyncio.create_task(session.peer.close())
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    def end_stream(self, stream_id: str, reason: str) -> None:
        """End all of its sessions and forget it."""
        channel = self.channels.get(stream_id)
        if channel is None:
            return
        if channel.publisher:
            self.end_session(channel.publisher, reason)
        if channel.relay:
            channel.relay.close()
        self._dismiss(channel, reason)
        del self.channels[stream_id]
        if channel.live:
            now = time.monotonic()
            self._meters.close(stream_id, channel.stats(now), now)

    async def close(self) -> None:
        """End everything; peers are told."""
        for stream_id in list(self.channels):
            self.end_stream(stream_id, "stopped")
        if self._endings:
            await asyncio.wait(self._endings)
        self.port.close()

    def _publisher_ended(self, channel: Channel, session: PublisherSession, reason: str) -> None:
        was_up = session.up
        if session.ingest:
            session.ingest.left(time.monotonic())
            session.ingest = None
        if channel.publisher is session:
            channel.publisher = None
        if was_up:
            self._emit(Unpublished(stream=channel.id, session=session.id, reason=reason))

    def _viewer_ended(self, channel: Channel, session: ViewerSession, reason: str) -> None:
        channel.viewers.pop(session.id, None)
        if session.viewer is None:
            return
        now = time.monotonic()
        served = session.viewer.stats()
        session.viewer.left(now)
        session.viewer = None
        self._emit(
            ViewerLeft(
                stream=channel.id,
                session=session.id,
                viewers=channel.viewers_up(),
                seconds=now - served.started_at,
                bytes=served.bytes,
                reason=reason,
            )
        )

    # --- look ---------------------------------------------------------------------------------

    def holding(self, stream_id: str) -> Holding:
        channel = self.channels.get(stream_id)
        return Holding(part=channel.part() if channel else "nothing", sessions=len(self.sessions))

    def stats(self, stream_id: str) -> StreamStats | None:
        """As `MediaEngine.stats`."""
        channel = self.channels.get(stream_id)
        return channel.stats(time.monotonic()) if channel and channel.live else None

    def usage(self, stream_id: str) -> tuple[Usage, ...]:
        """As `MediaEngine.usage`."""
        return self._meters.usage(stream_id, self.stats(stream_id))

    def published(self) -> tuple[Published, ...]:
        """As `MediaEngine.published`."""
        sessions = [channel.publisher for channel in self.channels.values()]
        return tuple(_published(session) for session in sessions if session and session.up)

    def viewers(self, stream_id: str) -> dict[str, ViewerStats]:
        """As `MediaEngine.viewers`."""
        channel = self.channels.get(stream_id)
        if channel is None:
            return {}
        return {key: session.viewer.stats() for key, session in channel.viewers.items() if session.viewer}

    def health(self) -> WorkerHealth:
        up = [session for session in self.sessions.values() if session.up]
        channels = self.channels.values()
        return WorkerHealth(
            sessions=len(self.sessions),
            max_sessions=self.config.max_sessions,
            publishers=sum(isinstance(session, PublisherSession) for session in up),
            viewers=sum(isinstance(session, ViewerSession) for session in up),
            relays=sum(channel.relay is not None for channel in channels),
            taps=sum(len(channel.taps) for channel in channels),
            lag_ms=round(self.lag_s * 1000, 1),
            uptime_s=round(time.monotonic() - self._began, 1),
            udp_port=self.site.port,
            addresses=self.site.addresses,
        )

    # --- Owner --------------------------------------------------------------------------------

    def session_up(self, session: Session, srtp: Srtp, now: float) -> None:
        if session.id not in self.sessions:
            # Ended in the very moment in which its handshake was done.
            return
        channel = self.channels[session.stream_id]
        outlet = PeerOutlet(self.port, session.peer, srtp, segmentation=self._segmentation)
        if isinstance(session, PublisherSession):
            self._publisher_up(channel, session, outlet, now)
        elif isinstance(session, ViewerSession):
            session.viewer = channel.stream.play(session.tracks, outlet, now)
            viewers = channel.viewers_up()
            self._emit(ViewerJoined(stream=channel.id, session=session.id, viewers=viewers))

    def session_lost(self, session: Session, reason: str) -> None:
        self.end_session(session, reason)

    def _publisher_up(
        self, channel: Channel, session: PublisherSession, outlet: PeerOutlet, now: float
    ) -> None:
        if channel.live and channel.changes(session.tracks):
            self._dismiss(channel, "changed")
        session.last_packet = now
        session.ingest = channel.stream.publish(session.tracks, outlet, now)
        channel.live = True
        self._emit(_published(session))

    def _dismiss(self, channel: Channel, reason: str) -> None:
        """Everybody who follows the stream; they may come back at once."""
        for viewer in list(channel.viewers.values()):
            self.end_session(viewer, reason)
        for tap in list(channel.taps):
            channel.close_tap(tap, time.monotonic(), reason)


def _group(stream_id: str) -> str:
    return stream_id.partition("~")[0]


def _published(session: PublisherSession) -> Published:
    return Published(stream=session.stream_id, session=session.id, tracks=session.tracks)
