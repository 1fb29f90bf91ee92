"""Events of an engine for whoever comes late, or was away while it was started anew."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from nakamise_livestream.media import EngineAway, EngineBack, EngineLost, MediaEngine, MediaEvent, Published

log: Final = logging.getLogger("nakamise.livestream")


class StateOf(msgspec.Struct, frozen=True):
    """Everybody who publishes at this moment: what was known of others is out of date."""

    published: tuple[Published, ...]


async def events_of(engine: MediaEngine) -> AsyncIterator[MediaEvent | StateOf]:
    """All events from the call on, and the state at the beginning and whenever a worker went or came."""
    events = engine.events()
    if state := await _state(engine):
        yield state
    async for event in events:
        yield event
        if isinstance(event, EngineBack | EngineLost) and (state := await _state(engine)):
            yield state


async def _state(engine: MediaEngine) -> StateOf | None:
    """None while no worker can be reached: there will be an event when one is."""
    try:
        return StateOf(await engine.published())
    except EngineAway:
        log.debug("no media worker can be reached")
        return None
