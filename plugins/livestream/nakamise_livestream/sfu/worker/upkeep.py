"""The clock of a worker: feedback is sent, and who is not heard any more is let go."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from typing import Final

from nakamise_livestream.media import MediaEvent, Resumed, Stalled
from nakamise_livestream.sfu.worker.channel import Channel
from nakamise_livestream.sfu.worker.registry import FORGET_AFTER_S, RELAY_IDLE_S, Registry
from nakamise_livestream.sfu.worker.session import PublisherSession, Session

_log = logging.getLogger(__name__)

TICK_S: Final = 0.01
_SWEEP_EVERY: Final = 50
# What was late is forgotten within seconds.
_FADE: Final = 0.99


async def keep_up(registry: Registry, emit: Callable[[MediaEvent], None]) -> None:
    """Runs until it is cancelled."""
    for turn in itertools.count(1):
        began = time.monotonic()
        await asyncio.sleep(TICK_S)
        now = time.monotonic()
        registry.lag_s = max(registry.lag_s * _FADE, now - began - TICK_S)
        for channel in list(registry.channels.values()):
            if not channel.is_unused():
                _tick(channel, now)
        if turn % _SWEEP_EVERY == 0:
            sweep(registry, emit, now)


def _tick(channel: Channel, now: float) -> None:
    try:
        channel.stream.tick(now)
    except Exception:  # noqa: BLE001 - one stream's fault must not stop the clock of the others
        _log.exception("stream %s", channel.id)


def sweep(registry: Registry, emit: Callable[[MediaEvent], None], now: float) -> None:
    """End what is silent, forget what is unused, tell of stalls."""
    for session in list(registry.sessions.values()):
        if _is_gone(registry, session, now):
            registry.end_session(session, "silent")
        elif isinstance(session, PublisherSession) and session.up:
            _watch(session, emit, stalled=now - session.last_packet >= registry.config.stall_after)
    for channel in list(registry.channels.values()):
        patience = RELAY_IDLE_S if channel.relay else FORGET_AFTER_S
        idle = not channel.has_audience() and channel.publisher is None
        if idle and now - channel.idle_since > patience:
            registry.end_stream(channel.id, "silent")


def _is_gone(registry: Registry, session: Session, now: float) -> bool:
    if session.up:
        return now - session.peer.heard > registry.config.silence_timeout
    return now - session.created > registry.config.connect_timeout


def _watch(session: PublisherSession, emit: Callable[[MediaEvent], None], *, stalled: bool) -> None:
    if stalled == session.stalled:
        return
    session.stalled = stalled
    event = Stalled if stalled else Resumed
    emit(event(stream=session.stream_id, session=session.id))
