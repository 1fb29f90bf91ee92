"""All installed plugins: what is usable, what was refused, and who answers for what."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import msgspec
from litestar import Litestar, Router

from nakamise.auth.permissions import CORE_PERMISSIONS
from nakamise.host import lineup as lineups
from nakamise.host import loading, plugin_settings, references, routes, sealed_settings
from nakamise.host.adapters import BRIDGES, Bridges
from nakamise.host.core_services import CORE_SERVICES
from nakamise.host.discovery import Candidate, find_candidates, installed_entry_points
from nakamise.host.driving import BLOCKED_S
from nakamise.host.health import StepHealth, troubles
from nakamise.host.lineup import Lineup
from nakamise.host.loading import Listener, Loaded, LoadedMeter, PeriodicTask, load_meter
from nakamise.host.refusal import PluginRefused, Refused
from nakamise.host.room_kinds import LoadedRoomKind
from nakamise.host.routes import Mounting
from nakamise.host.vault import Vault
from nakamise.host.widgets import LoadedWidget
from nakamise.plans.core_meters import CORE_METERS
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.plugin.events import EVERY_TOPIC
from nakamise.plugin.live import LiveTopic
from nakamise.plugin.mail_texts import MailText
from nakamise.plugin.manifest import Manifest, NavArea, NavItem, Permission, SlotItem
from nakamise.plugin.services import ServiceOff
from nakamise.plugin.slots import Slot
from nakamise.tenancy.history import Migration
from nakamise.ui.i18n import CORE

if TYPE_CHECKING:
    from nakamise.ui.renderer import TemplateSource

log: Final = logging.getLogger("nakamise.plugins")
CACHE_MAX: Final = 4096

S = TypeVar("S")
ST = TypeVar("ST", bound=msgspec.Struct)


class PluginHost:
    """Made by ``discover``. Nothing in it changes afterwards but caches and breakers."""

    def __init__(self, plugins: Sequence[Loaded], refused: Sequence[Refused]) -> None:
        self._plugins = {plugin.manifest.id: plugin for plugin in plugins}
        self._by_settings = {plugin.manifest.settings: plugin.manifest.id for plugin in plugins}
        self._ids = frozenset(self._plugins)
        self._meters = {found.meter.id: found for found in _meters(plugins)}
        self._lineups: dict[frozenset[str], Lineup] = {}
        self._settings: dict[tuple[uuid.UUID, int, type[msgspec.Struct]], msgspec.Struct] = {}
        # Opens secret settings; the runtime brings it, for it knows the installation's secret.
        self.vault: Vault | None = None
        self.usable: Final = tuple(plugin.manifest for plugin in plugins)
        self.refused: Final = tuple(refused)
        self._mfa = frozenset(permission.id for permission in self.permissions() if permission.mfa)

    @classmethod
    def discover(
        cls,
        *,
        safe_mode: bool = False,
        entry_points: Iterable[metadata.EntryPoint] | None = None,
        bridges: Bridges = BRIDGES,
        blocked_s: float = BLOCKED_S,
        mounting: Mounting = Mounting.TRIED,
    ) -> Self:
        """Never raises for a plugin's fault. ``safe_mode``: the plugins of our own distribution only.

        A hook that holds the event loop for longer than ``blocked_s`` has failed.
        """
        found = installed_entry_points() if entry_points is None else entry_points
        candidates, refused = find_candidates(found, safe_mode=safe_mode, bridges=bridges)
        loaded = _load_all(candidates, refused, blocked_s, mounting)
        for refusal in refused:
            log.error(
                "plugin %s (%s) is refused: %s %s",
                refusal.id,
                refusal.dist,
                refusal.why.value,
                refusal.detail,
            )
        return cls(list(loaded.values()), refused)

    # --- plugins ---------------------------------------------------------------------------------

    def manifest(self, plugin_id: str) -> Manifest:
        """Raises KeyError for a plugin that is not usable."""
        return self._plugins[plugin_id].manifest

    def plugin(self, plugin_id: str) -> Loaded:
        """Raises KeyError for a plugin that is not usable."""
        return self._plugins[plugin_id]

    def in_order(self, plugin_ids: Iterable[str]) -> list[str]:
        """The usable ones of ``plugin_ids``, requirements first."""
        wanted = set(plugin_ids)
        return [id_ for id_ in self._plugins if id_ in wanted]

    def missing_requirements(self, plugin_id: str, enabled: frozenset[str]) -> list[str]:
        """What must be on too before ``plugin_id`` may be switched on."""
        return [id_ for id_ in self.manifest(plugin_id).requires if id_ not in enabled]

    def dependents(self, plugin_id: str, enabled: frozenset[str]) -> list[str]:
        """What is on and would miss ``plugin_id`` if it were switched off."""
        return [id_ for id_ in self.in_order(enabled) if plugin_id in self.manifest(id_).requires]

    def migrations(self, plugin_id: str) -> list[Migration]:
        return list(self._plugins[plugin_id].migrations)

    def permissions(self) -> tuple[Permission, ...]:
        """The core's and those of every usable plugin."""
        return (
            *CORE_PERMISSIONS,
            *(permission for manifest in self.usable for permission in manifest.permissions),
        )

    def needs_mfa(self, permission: str) -> bool:
        return permission in self._mfa

    # --- hooks, events, tasks --------------------------------------------------------------------

    def lineup(self, enabled: frozenset[str]) -> Lineup:
        """The same object for equal sets."""
        found = self._lineups.get(enabled)
        if found is None:
            if len(self._lineups) >= CACHE_MAX:
                self._lineups.clear()
            steps = [plugin.steps for plugin in self._plugins.values()]
            found = self._lineups[enabled] = lineups.build(enabled, steps, self._ids)
        return found

    def listeners(self, topic: str, enabled: frozenset[str]) -> list[Listener]:
        wanted = (topic, EVERY_TOPIC)
        return [listener for listener in self._listeners(enabled) if listener.topic in wanted]

    def topics(self, enabled: frozenset[str]) -> tuple[str, ...]:
        """What the plugins in ``enabled`` publish, sorted."""
        return tuple(sorted({topic for plugin in self._on(enabled) for topic in plugin.manifest.publishes}))

    def listener(self, name: str, enabled: frozenset[str]) -> Listener | None:
        """By ``Listener.name``; None when its plugin is off, or not installed any more."""
        return next((listener for listener in self._listeners(enabled) if listener.name == name), None)

    def _listeners(self, enabled: frozenset[str]) -> list[Listener]:
        return [listener for plugin in self._on(enabled) for listener in plugin.listeners]

    def live_topic(self, topic: str, enabled: frozenset[str]) -> LiveTopic | None:
        """None when nobody who is on declared it."""
        declared = (found for plugin in self._on(enabled) for found in plugin.manifest.live)
        return next((found for found in declared if found.id == topic), None)

    def room_kind(self, kind: str, enabled: frozenset[str]) -> LoadedRoomKind | None:
        """None when nobody who is on declared it."""
        declared = (found for plugin in self._on(enabled) for found in plugin.room_kinds)
        return next((found for found in declared if found.kind.id == kind), None)

    def mail_texts(self, enabled: frozenset[str]) -> list[MailText]:
        return [text for plugin in self._on(enabled) for text in plugin.manifest.mail_texts]

    def mail_text(self, text_id: str, enabled: frozenset[str]) -> MailText | None:
        """None when nobody who is on declared it."""
        return next((text for text in self.mail_texts(enabled) if text.id == text_id), None)

    def tasks(self, enabled: frozenset[str] | None = None) -> list[PeriodicTask]:
        """Of the plugins in ``enabled``, or of all."""
        plugins = self._plugins.values() if enabled is None else self._on(enabled)
        return [task for plugin in plugins for task in plugin.tasks]

    def widgets(self, enabled: frozenset[str]) -> list[LoadedWidget]:
        """In declared order; see ``host.widgets.widget_views``."""
        return [widget for plugin in self._on(enabled) for widget in plugin.widgets]

    def troubles(self, tenant: Tenant) -> list[StepHealth]:
        """Hooks and widgets of the tenant's plugins that failed lately, or are left out now; of this process."""
        steps = (
            step
            for plugin in self._on(tenant.plugins)
            for step in (*plugin.steps.values(), *(widget.step for widget in plugin.widgets))
        )
        found = troubles(steps, tenant.id)
        for plugin in self._on(tenant.plugins):
            if incidents := plugin.record.of_tenant(tenant.id):
                health = StepHealth(plugin_id=plugin.manifest.id, hook="", state=None, incidents=incidents)
                found.append(health)
        return found

    def folders(self) -> dict[str, Path]:
        """Where each plugin's code lies."""
        return {id_: plugin.folder for id_, plugin in self._plugins.items() if plugin.folder is not None}

    def meters(self, enabled: frozenset[str]) -> tuple[LoadedMeter, ...]:
        """The core's and those of the plugins in ``enabled``."""
        return tuple(found for found in self._meters.values() if found.owner in enabled | {CORE})

    def meter(self, meter_id: str) -> LoadedMeter:
        """Of the core's or of a usable plugin. Raises KeyError."""
        return self._meters[meter_id]

    # --- services and settings -------------------------------------------------------------------

    def optional_service(self, ctx: TenantCtx, type_: type[S]) -> S | None:
        for plugin in self._on(ctx.tenant.plugins):
            if factory := plugin.providers.get(type_):
                service: S = factory(ctx)
                return service
        of_core = CORE_SERVICES.get(type_)
        return references.load_callable(of_core)(ctx) if of_core else None

    def service(self, ctx: TenantCtx, type_: type[S]) -> S:
        """The first provider that is on for the tenant. Raises ServiceOff."""
        found = self.optional_service(ctx, type_)
        if found is None:
            raise ServiceOff(type_)
        return found

    def companions(self) -> dict[type[Any], Any]:
        """What opens the companions of all usable plugins, by type."""
        return {
            type_: opener for plugin in self._plugins.values() for type_, opener in plugin.companions.items()
        }

    def settings(self, tenant: Tenant, type_: type[ST]) -> ST:
        """Raises KeyError for a type that no usable plugin declared as its settings."""
        key = (tenant.id, tenant.version, type_)
        found = self._settings.get(key)
        if found is None:
            if len(self._settings) >= CACHE_MAX:
                self._settings.clear()
            plugin = self._plugins[self._by_settings[type_]]
            found = self._settings[key] = plugin_settings.read(type_, self._stored(tenant, plugin))
        return found  # type: ignore[return-value]  # the key holds the type

    def _stored(self, tenant: Tenant, plugin: Loaded) -> Mapping[str, Any]:
        """As the plugin's present version understands it, secrets in plain text."""
        id_, wanted = plugin.manifest.id, plugin.manifest.settings_version
        stored = tenant.plugin_settings.get(id_, {})
        if self.vault is not None:
            stored = sealed_settings.unseal(self.vault, tenant.id, id_, stored)
        written = tenant.settings_versions.get(id_, wanted)
        if written < wanted and plugin.upgrade_settings is not None:
            return plugin.upgrade_settings(written, dict(stored))
        return stored

    # --- pages -----------------------------------------------------------------------------------

    def route_handlers(self) -> list[Router]:
        return [router for plugin in self._plugins.values() for router in plugin.routers]

    def owner_of(self, path: str) -> str | None:
        """The plugin that answers for ``path`` (decoded), on or off; None = the core's or nobody's."""
        return routes.owner_of(path, self._ids)

    def exists(self, path: str, enabled: frozenset[str]) -> bool:
        """False when ``path`` must be answered as if nobody had ever routed it."""
        return routes.exists(path, self._ids, enabled)

    def assert_owners(self, app: Litestar) -> None:
        """To be called once after all routes are registered. Raises RouteOwnerError."""
        declared = frozenset(permission.id for permission in self.permissions())
        routes.assert_owners(app.routes, self._ids, declared)

    def nav(self, ctx: TenantCtx, area: NavArea) -> list[NavItem]:
        """What this actor may see, by weight."""
        return [item for _, item in self.nav_entries(ctx, area)]

    def nav_entries(self, ctx: TenantCtx, area: NavArea) -> list[tuple[str, NavItem]]:
        """The same with the plugin that owns each label."""
        entries = [
            (plugin.manifest.id, item)
            for plugin in self._on(ctx.tenant.plugins)
            for item in plugin.manifest.nav
        ]
        seen = [
            (owner, item)
            for owner, item in entries
            if item.area == area
            and not (item.mall and ctx.site.single_brand)
            and (item.permission is None or ctx.actor.can(item.permission))
        ]
        return sorted(seen, key=lambda entry: entry[1].weight)

    def slot_items(self, enabled: frozenset[str], slot: Slot) -> list[tuple[str, SlotItem]]:
        """(plugin id, item) by weight."""
        found = [
            (plugin.manifest.id, item)
            for plugin in self._on(enabled)
            for item in plugin.manifest.slots
            if item.slot is slot
        ]
        return sorted(found, key=lambda entry: entry[1].weight)

    def template_sources(self) -> list[TemplateSource]:
        return [_template_source(plugin) for plugin in self._plugins.values()]

    def _on(self, enabled: frozenset[str]) -> list[Loaded]:
        return [plugin for id_, plugin in self._plugins.items() if id_ in enabled]


def _load_all(
    candidates: Sequence[Candidate], refused: list[Refused], blocked_s: float, mounting: Mounting
) -> dict[str, Loaded]:
    core = frozenset(permission.id for permission in CORE_PERMISSIONS)
    loaded: dict[str, Loaded] = {}
    for candidate in candidates:
        try:
            loaded[candidate.manifest.id] = loading.load(candidate, loaded, core, blocked_s, mounting)
        except PluginRefused as refusal:
            refused.append(Refused(candidate.manifest.id, candidate.dist, refusal.why, refusal.detail))
    return loaded


def _template_source(plugin: Loaded) -> TemplateSource:
    from nakamise.ui.renderer import TemplateSource

    manifest = plugin.manifest
    return TemplateSource(
        owner=manifest.id,
        templates=_folder(plugin, "templates"),
        locales=_folder(plugin, "locales"),
        static=_folder(plugin, "static"),
        css=manifest.css,
        js=manifest.js,
        css_under=manifest.css_under,
        js_under=manifest.js_under,
    )


def _folder(plugin: Loaded, name: str) -> Path | None:
    path = plugin.folder / name if plugin.folder else None
    return path if path and path.is_dir() else None


def _meters(plugins: Sequence[Loaded]) -> list[LoadedMeter]:
    of_core = [load_meter(CORE, meter) for meter in CORE_METERS]
    return [*of_core, *(meter for plugin in plugins for meter in plugin.meters)]
