"""Publishing: one job for each listener that is on at that moment."""

from __future__ import annotations

import uuid

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.jobs.handlers import Envelope, listener_job
from nakamise.jobs.queue import JobQueue
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.events import Event


class EventBus:
    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs

    async def publish(self, ctx: TenantCtx, tx: Tx, event: Event) -> uuid.UUID:
        """The event's id. Costs no query when nobody listens."""
        event_id = uuid7()
        listeners = ctx.runtime.host.listeners(event.topic, ctx.tenant.plugins)
        if listeners:
            envelope = Envelope(event_id, msgspec.to_builtins(event), event.topic, ctx.now())
            names = [listener_job(listener) for listener in listeners]
            await self._jobs.enqueue_all(tx, names, envelope, key=event.order_key())
        return event_id
