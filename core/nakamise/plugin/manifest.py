"""What a plugin says of itself: data only, so that nothing heavy is imported before it is accepted.

Code is named by dotted strings ``"package.module:attribute"`` and loaded when the plugin is accepted.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from nakamise.plugin.live import LiveTopic
from nakamise.plugin.mail_texts import MailText
from nakamise.plugin.meters import Meter
from nakamise.plugin.rooms import RoomKind
from nakamise.plugin.slots import Slot

ID_PATTERN: Final = re.compile(r"[a-z][a-z0-9_]{1,29}\Z")
# Names the host needs for itself as first path segments or catalogs.
RESERVED_IDS: Final = frozenset(
    (
        *("core", "admin", "api", "assets", "media", "account", "auth", "login", "logout", "register", "dev"),
        *("verify", "reset"),
        *("static", "theme", "healthz", "readyz", "pages", "lang", "preferences", "openapi", "shared"),
        *("plugins", "users", "roles", "site", "settings", "audit", "jobs", "events", "rooms"),
        *("staff", "invite", "legal", "help", "plan", "usage", "maintenance", "act", "privacy"),
    )
)

Area = Literal["pages", "api", "admin"]
NavArea = Literal["site", "account", "admin", "footer"]
Duty = Literal["products", "orders", "shipping", "broadcast", "moderation", "accounting"]


class ManifestError(ValueError):
    """The manifest contradicts the contract; the message says where."""


class Mount(msgspec.Struct, frozen=True):
    """Routes of one area: ``pages`` under /<id>, ``api`` under /api/<id>, ``admin`` under /admin/<id>.

    ``handlers`` names a sequence of Litestar route handlers, controllers or routers with relative paths.
    """

    area: Area
    handlers: str


class Permission(msgspec.Struct, frozen=True):
    """``id`` starts with the plugin's id; ``roles`` are the preset roles that carry it in a new tenant.

    ``mfa``: it counts only in a session that passed a second factor. ``duties``: the ready-made staff roles
    that a tenant may begin with and that need it.
    """

    id: str
    label: str
    roles: tuple[str, ...] = ("admin",)
    mfa: bool = False
    duties: tuple[Duty, ...] = ()


class NavItem(msgspec.Struct, frozen=True, kw_only=True):
    """``path`` is absolute within the site and must lie in a mount of the plugin; ``label`` a msgid.

    ``mall``: hidden where the whole site is one brand's store.
    """

    area: NavArea
    label: str
    path: str
    icon: str = ""
    group: str = ""
    permission: str | None = None
    weight: int = 50
    mall: bool = False


class SlotItem(msgspec.Struct, frozen=True):
    """``template`` is drawn with the mapping from ``UiHooks.slot_context``; None from it = no box."""

    slot: Slot
    template: str
    weight: int = 50


class Listen(msgspec.Struct, frozen=True):
    """``handler``: ``async def (ctx: TenantCtx, event: <its Event type>, delivery: Delivery) -> None``.

    ``topic`` "*": every event that is published here, as ``event: Published``.
    """

    topic: str
    handler: str


class JobType(msgspec.Struct, frozen=True):
    """``name`` starts with the plugin's id. ``handler``: ``async def (ctx, payload: <Struct>, job: Job) -> None``."""

    name: str
    handler: str


class Widget(msgspec.Struct, frozen=True, kw_only=True):
    """A card of the administrator's dashboard, shown to those who hold ``permission``.

    ``id`` starts with the plugin's id. ``handler``: ``async def (ctx: TenantCtx, tx: Tx, period: Period)
    -> Sequence[Figure | Todo | SetupStep]`` of ``contracts.ui``; ``tx`` is read-only. One that fails or takes longer than a second is shown
    as failed, and the dashboard is not.
    """

    id: str
    label: str
    handler: str
    permission: str | None = None
    icon: str = ""
    weight: int = 50


class Task(msgspec.Struct, frozen=True):
    """``handler``: ``async def (ctx: TenantCtx) -> None``, run for each tenant that has the plugin on."""

    name: str
    handler: str
    every_s: int


class Privacy(msgspec.Struct, frozen=True):
    """``export``: ``async def (ctx, tx, user_id) -> Struct | None``; ``erase``: ``… -> int`` rows."""

    export: str
    erase: str


class SealedColumn(msgspec.Struct, frozen=True):
    """A text column of the plugin's that holds what ``ctx.seal`` gave, or "".

    It was sealed for ``place(<the row's key as text>)``: ``"hooks_target.secret/<id>"``. Declared columns are
    sealed anew when the installation's secret changes.
    """

    table: str
    column: str
    key: str = "id"

    def place(self, key: object) -> str:
        return f"{self.table}.{self.column}/{key}"


class Need(enum.Enum):
    """Whether a plugin works without a service that it uses."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One plugin. Only ``id``, ``api``, ``version`` and ``title`` are mandatory.

    ``requires`` must be usable and on; ``after`` is order only. ``hooks`` names a class that overrides
    methods of the hook classes. ``migrations`` names a package whose ``NNNN_name.sql`` files make its
    tables (``<id>_…``) and ``models`` a module with the SQLAlchemy ``metadata`` of the same tables.
    ``settings`` is a Struct type with defaults for every field; a form is generated from it (see
    ``nakamise.plugin.settings``). What a tenant stored under an older ``settings_version`` goes through
    ``upgrade_settings``, a function ``(version: int, values: dict) -> dict`` without I/O, whenever it is read.
    ``provides`` maps a service type (a Protocol of contracts) to a factory ``(ctx) -> service``.
    ``companions`` maps a type to a function ``(installation) -> async context manager of it``: what runs
    beside the requests of a process, for all tenants, from the first ``await ctx.companion(type)`` until the process ends.
    ``commands`` maps a name to a click command that ``nakamise`` gets; its ``ctx.obj`` is an `InstallationConfig`.
    ``templates``, ``static`` and ``locales`` are folders beside the manifest's module when they exist;
    ``css`` and ``js`` are files under ``static`` that every page loads; ``css_under`` and ``js_under`` map
    the beginning of a path ("/admin/shop") to files that only pages there load.
    """

    id: str
    api: str
    version: str
    title: str
    summary: str = ""
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    hooks: str | None = None
    mounts: tuple[Mount, ...] = ()
    models: str | None = None
    migrations: str | None = None
    settings: type[msgspec.Struct] | None = None
    settings_version: int = 1
    upgrade_settings: str | None = None
    permissions: tuple[Permission, ...] = ()
    provides: Mapping[type[Any], str] = {}
    uses: Mapping[type[Any], Need] = {}
    companions: Mapping[type[Any], str] = {}
    commands: Mapping[str, str] = {}
    publishes: tuple[str, ...] = ()
    listens: tuple[Listen, ...] = ()
    slots: tuple[SlotItem, ...] = ()
    nav: tuple[NavItem, ...] = ()
    widgets: tuple[Widget, ...] = ()
    jobs: tuple[JobType, ...] = ()
    tasks: tuple[Task, ...] = ()
    meters: tuple[Meter, ...] = ()
    live: tuple[LiveTopic, ...] = ()
    rooms: tuple[RoomKind, ...] = ()
    mail_texts: tuple[MailText, ...] = ()
    privacy: Privacy | None = None
    sealed: tuple[SealedColumn, ...] = ()
    css: tuple[str, ...] = ()
    js: tuple[str, ...] = ()
    css_under: Mapping[str, tuple[str, ...]] = {}
    js_under: Mapping[str, tuple[str, ...]] = {}

    def __post_init__(self) -> None:
        if ID_PATTERN.match(self.id) is None or self.id in RESERVED_IDS:
            raise ManifestError(f"id {self.id!r}: use 2 to 30 of a-z, 0-9 and _, and no reserved word")
        for permission in self.permissions:
            if not permission.id.startswith(f"{self.id}."):
                raise ManifestError(f"permission {permission.id!r} does not start with {self.id!r}")
        named = [job.name for job in self.jobs] + [task.name for task in self.tasks]
        named += [widget.id for widget in self.widgets] + [meter.id for meter in self.meters]
        named += [topic.id for topic in self.live] + [room.id for room in self.rooms]
        named += [text.id for text in self.mail_texts]
        for name in named:
            if not name.startswith(f"{self.id}."):
                raise ManifestError(f"{name!r} does not start with {self.id!r}")
        for topic in self.publishes:
            if not topic.startswith(f"{self.id}."):
                raise ManifestError(f"event {topic!r} does not start with {self.id!r}")
        for column in self.sealed:
            if not column.table.startswith(f"{self.id}_"):
                raise ManifestError(f"sealed table {column.table!r} does not start with {self.id!r}")
        self._check_nav()

    def _check_nav(self) -> None:
        roots = (f"/{self.id}", f"/admin/{self.id}")
        for item in self.nav:
            if not any(item.path == root or item.path.startswith(f"{root}/") for root in roots):
                raise ManifestError(f"nav path {item.path!r} lies outside {' and '.join(roots)}")
