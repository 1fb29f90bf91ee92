"""Loads everything that an accepted manifest names, once, at start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from litestar import Router

from nakamise.host import hook_steps, plugin_settings, references, room_kinds, widgets
from nakamise.host.core_services import CORE_SERVICES
from nakamise.host.discovery import Candidate
from nakamise.host.driving import BLOCKED_S
from nakamise.host.files import check_files
from nakamise.host.health import StepRecord
from nakamise.host.hook_steps import Steps
from nakamise.host.refusal import PluginRefused, Why
from nakamise.host.routes import Mounting, routers_of
from nakamise.plugin.events import EVERY_TOPIC, Event, Published
from nakamise.plugin.manifest import JobType, Listen, Manifest, Need, Task
from nakamise.plugin.meters import Meter
from nakamise.tenancy import history

Handler = Callable[..., Awaitable[None]]


class Listener(msgspec.Struct, frozen=True):
    """``name`` (``<plugin>:<topic>``) is what a stored delivery is addressed to."""

    plugin_id: str
    topic: str
    event: type[Event | Published]
    handler: Handler

    @property
    def name(self) -> str:
        return f"{self.plugin_id}:{self.topic}"


class PeriodicTask(msgspec.Struct, frozen=True):
    plugin_id: str
    name: str
    every_s: int
    handler: Handler


class LoadedJob(msgspec.Struct, frozen=True):
    name: str
    payload: Any
    work: Handler


class LoadedMeter(msgspec.Struct, frozen=True):
    """``owner`` is the plugin's id, or "core": the catalog of the label, too."""

    owner: str
    meter: Meter
    count: Callable[..., Awaitable[int]] | None


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A usable plugin with all its parts."""

    manifest: Manifest
    dist: str
    folder: Path | None
    steps: Steps
    routers: tuple[Router, ...]
    migrations: tuple[history.Migration, ...]
    metadata: Any
    providers: Mapping[type[Any], Callable[..., Any]]
    companions: Mapping[type[Any], Callable[..., Any]] = {}
    listeners: tuple[Listener, ...]
    jobs: tuple[LoadedJob, ...]
    tasks: tuple[PeriodicTask, ...]
    meters: tuple[LoadedMeter, ...] = ()
    widgets: tuple[widgets.LoadedWidget, ...]
    room_kinds: tuple[room_kinds.LoadedRoomKind, ...] = ()
    record: StepRecord
    upgrade_settings: Callable[[int, dict[str, Any]], Mapping[str, Any]] | None = None
    export: Callable[..., Any] | None = None
    erase: Callable[..., Any] | None = None


def load(
    candidate: Candidate,
    earlier: Mapping[str, Loaded],
    core_permissions: frozenset[str],
    blocked_s: float = BLOCKED_S,
    mounting: Mounting = Mounting.TRIED,
) -> Loaded:
    """``earlier`` are the plugins accepted so far. Raises PluginRefused."""
    manifest = candidate.manifest
    _check_needs(manifest, earlier)
    if manifest.settings is not None:
        plugin_settings.check_type(manifest.settings)
    check_files(candidate)
    routers = routers_of(manifest, core_permissions | _permissions(manifest, earlier), mounting)
    privacy = manifest.privacy
    return Loaded(
        manifest=manifest,
        dist=candidate.dist,
        folder=candidate.folder,
        steps=_steps(manifest, blocked_s),
        routers=routers,
        migrations=_migrations(manifest),
        metadata=_metadata(manifest),
        providers={type_: references.load_callable(name) for type_, name in manifest.provides.items()},
        companions={type_: references.load_callable(name) for type_, name in manifest.companions.items()},
        listeners=tuple(_listener(manifest.id, listen) for listen in manifest.listens),
        jobs=tuple(_job(job) for job in manifest.jobs),
        tasks=tuple(_task(manifest.id, task) for task in manifest.tasks),
        meters=tuple(load_meter(manifest.id, meter) for meter in manifest.meters),
        widgets=widgets.load(manifest),
        room_kinds=room_kinds.load(manifest),
        record=StepRecord(),
        upgrade_settings=_upgrade(manifest),
        export=references.load_callable(privacy.export) if privacy else None,
        erase=references.load_callable(privacy.erase) if privacy else None,
    )


def _upgrade(manifest: Manifest) -> Any:
    return references.load_callable(manifest.upgrade_settings) if manifest.upgrade_settings else None


def _check_needs(manifest: Manifest, earlier: Mapping[str, Loaded]) -> None:
    if missing := [id_ for id_ in manifest.requires if id_ not in earlier]:
        raise PluginRefused(Why.MISSING_REQUIREMENT, ", ".join(missing))
    earlier_types = {type_ for plugin in earlier.values() for type_ in plugin.providers}
    provided = {*earlier_types, *manifest.provides, *CORE_SERVICES}
    needed = [type_ for type_, need in manifest.uses.items() if need is Need.REQUIRED]
    if missing_types := [type_.__name__ for type_ in needed if type_ not in provided]:
        raise PluginRefused(Why.MISSING_SERVICE, ", ".join(missing_types))


def _permissions(manifest: Manifest, earlier: Mapping[str, Loaded]) -> frozenset[str]:
    manifests = [manifest, *(plugin.manifest for plugin in earlier.values())]
    return frozenset(permission.id for owner in manifests for permission in owner.permissions)


def _steps(manifest: Manifest, blocked_s: float) -> Steps:
    if manifest.hooks is None:
        return {}
    hooks = references.load_callable(manifest.hooks)
    try:
        implementation = hooks()
    except Exception as error:
        raise PluginRefused(Why.BAD_HOOKS, f"{manifest.hooks}: {type(error).__name__}: {error}") from error
    return hook_steps.collect(manifest.id, implementation, blocked_s)


def _migrations(manifest: Manifest) -> tuple[history.Migration, ...]:
    try:
        return history.plugin_history(manifest).migrations
    except (history.MigrationError, ImportError, OSError, UnicodeError) as error:
        raise PluginRefused(Why.BAD_MIGRATIONS, f"{manifest.migrations}: {error}") from error


def _metadata(manifest: Manifest) -> Any:
    if manifest.models is None:
        return None
    metadata = getattr(references.load(manifest.models), "metadata", None)
    if metadata is None:
        raise PluginRefused(Why.BROKEN_REFERENCE, f"{manifest.models} has no `metadata`")
    return metadata


def _listener(plugin_id: str, listen: Listen) -> Listener:
    handler = references.load_callable(listen.handler)
    event = references.second_parameter(listen.handler, handler)
    if not _takes(event, listen.topic):
        raise PluginRefused(
            Why.BROKEN_REFERENCE, f"{listen.handler} does not take an event of {listen.topic}"
        )
    return Listener(plugin_id, listen.topic, event, handler)


def _takes(event: Any, topic: str) -> bool:
    if topic == EVERY_TOPIC:
        return event is Published
    return isinstance(event, type) and issubclass(event, Event) and getattr(event, "topic", "") == topic


def _job(job: JobType) -> LoadedJob:
    handler = references.load_callable(job.handler)
    return LoadedJob(job.name, references.second_parameter(job.handler, handler), handler)


def _task(plugin_id: str, task: Task) -> PeriodicTask:
    if task.every_s < 1:
        raise PluginRefused(Why.BROKEN_REFERENCE, f"task {task.name!r}: every_s must be at least 1")
    return PeriodicTask(plugin_id, task.name, task.every_s, references.load_callable(task.handler))


def load_meter(owner: str, meter: Meter) -> LoadedMeter:
    """Raises PluginRefused."""
    return LoadedMeter(owner, meter, references.load_callable(meter.count) if meter.count else None)
