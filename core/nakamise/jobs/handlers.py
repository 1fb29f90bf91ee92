"""Who does which job: the core's handlers, the plugins' jobs, event listeners and periodic tasks."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from nakamise.host.loading import Listener, PeriodicTask
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.events import Delivery, Published
from nakamise.plugin.jobs import Job

Work = Callable[[TenantCtx, Any, Job], Awaitable[None]]


class Handler(msgspec.Struct, frozen=True):
    """``owner`` is the plugin that must be on, None for the core's own."""

    owner: str | None
    name: str
    payload: Any
    work: Work


class Envelope(msgspec.Struct, frozen=True):
    """A published event as a job's payload; those without topic and time were written before there were any."""

    event_id: uuid.UUID
    event: Any
    topic: str = ""
    at: datetime = datetime.fromtimestamp(0, UTC)

    def published(self) -> Published:
        version = int(self.topic.rpartition(".")[2])
        return Published(id=self.event_id, topic=self.topic, version=version, at=self.at, data=self.event)


def listener_job(listener: Listener) -> str:
    return f"event:{listener.name}"


def task_job(task_name: str) -> str:
    return f"task:{task_name}"


def all_handlers(host: PluginHost, core: Iterable[Handler]) -> dict[str, Handler]:
    """By job name, of everything installed; whether a plugin is on is asked when a job runs."""
    found = [*core]
    for plugin in (host.plugin(manifest.id) for manifest in host.usable):
        id_ = plugin.manifest.id
        found += [Handler(id_, job.name, job.payload, job.work) for job in plugin.jobs]
        found += [_of_listener(listener) for listener in plugin.listeners]
        found += [_of_task(task) for task in plugin.tasks]
    return {handler.name: handler for handler in found}


def _of_listener(listener: Listener) -> Handler:
    async def work(ctx: TenantCtx, envelope: Envelope, job: Job) -> None:
        if listener.event is Published:
            event: msgspec.Struct = envelope.published()
        else:
            event = msgspec.convert(envelope.event, listener.event)
        await listener.handler(ctx, event, Delivery(job.id, envelope.event_id, job.attempt))

    return Handler(listener.plugin_id, listener_job(listener), Envelope, work)


def _of_task(task: PeriodicTask) -> Handler:
    async def work(ctx: TenantCtx, _: object, __: Job) -> None:
        await task.handler(ctx)

    return Handler(task.plugin_id, task_job(task.name), dict, work)
