"""Host → tenant without a query: the whole directory in memory, kept fresh by NOTIFY and by a version poll."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Iterable
from typing import Any, Final

import asyncpg
import msgspec

from nakamise.db import DATABASE_AWAY, Database, Tx
from nakamise.db.listening import RETRY_S, listen
from nakamise.plugin.context import Tenant
from nakamise.settings import Settings
from nakamise.tenancy.control import CHANNEL
from nakamise.tenancy.owner import app_url

log: Final = logging.getLogger("nakamise.directory")
# How old a copy may grow when a notification is lost.
POLL_S: Final = 3.0

_TENANTS: Final = (
    "SELECT t.id, t.schema, t.slug, t.name, t.state, h.host AS canonical_host, t.locale, t.timezone,"
    " t.currency, t.brand, t.version, a.id AS console_of, coalesce(a.is_operator, false) AS is_operator"
    " FROM tenant t JOIN tenant_host h ON h.tenant_id = t.id AND h.canonical"
    " LEFT JOIN agency a ON a.home_tenant_id = t.id WHERE t.state <> 'deleting' AND t.id = ANY ($1)"
)
_VERSIONS: Final = "SELECT id, version FROM tenant WHERE state <> 'deleting'"
_HOSTS: Final = "SELECT host, tenant_id FROM tenant_host WHERE tenant_id = ANY ($1)"
_SWITCHES: Final = "SELECT tenant_id, plugin, is_on, settings, settings_version FROM plugin_switch WHERE tenant_id = ANY ($1)"


class _Version(msgspec.Struct):
    id: uuid.UUID
    version: int


class _Host(msgspec.Struct):
    host: str
    tenant_id: uuid.UUID


class _Switch(msgspec.Struct):
    tenant_id: uuid.UUID
    plugin: str
    is_on: bool
    settings: dict[str, Any]
    settings_version: int


class _Snapshot(msgspec.Struct, frozen=True):
    version: int
    by_host: dict[str, Tenant]
    by_slug: dict[str, Tenant]
    by_id: dict[uuid.UUID, Tenant]
    caretaker: uuid.UUID | None = None


_EMPTY: Final = _Snapshot(0, {}, {}, {})


class Directory:
    """A snapshot is replaced as a whole, so a request sees one state of it."""

    def __init__(self, settings: Settings, db: Database, poll_s: float) -> None:
        self._poll_s = poll_s
        self._settings = settings
        self._db = db
        self._snapshot = _EMPTY
        self._interned: dict[frozenset[str], frozenset[str]] = {}
        self._lock = asyncio.Lock()
        self._stale = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, settings: Settings, db: Database, *, poll_s: float = POLL_S) -> Directory:
        """Load, and keep fresh until ``close``: by notification, and by a look every ``poll_s`` in case one is lost."""
        directory = cls(settings, db, poll_s)
        await directory.refresh()
        directory._tasks = [
            asyncio.create_task(directory._listen(), name="directory-listen"),
            asyncio.create_task(directory._follow(), name="directory-follow"),
        ]
        return directory

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- looking up ------------------------------------------------------------------------------

    def by_host(self, host: str) -> Tenant | None:
        """``host`` is normalised already, see ``hosts.host_of``."""
        return self._snapshot.by_host.get(host)

    def by_slug(self, slug: str) -> Tenant | None:
        return self._snapshot.by_slug.get(slug)

    def by_id(self, tenant_id: uuid.UUID) -> Tenant | None:
        return self._snapshot.by_id.get(tenant_id)

    def all(self) -> tuple[Tenant, ...]:
        return tuple(self._snapshot.by_id.values())

    @property
    def caretaker(self) -> uuid.UUID | None:
        """Tasks run for each tenant; what is the installation's own goes with the oldest active one."""
        return self._snapshot.caretaker

    def base_url(self, tenant: Tenant) -> str:
        """Scheme, canonical host and, on a developer's machine, the port; no final slash."""
        return self.url_of_host(tenant.canonical_host)

    def url_of_host(self, host: str) -> str:
        """The same for any host."""
        if self._settings.environment == "production":
            return f"https://{host}"
        port = "" if self._settings.port == 80 else f":{self._settings.port}"
        return f"http://{host}{port}"

    # --- keeping fresh ---------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Load all of it now; what was committed before the call is seen after it."""
        async with self._lock, self._db.control(read_only=True) as tx:
            self._snapshot = await self._load(tx, _EMPTY)

    async def catch_up(self) -> None:
        """The same, and only tenants whose version changed are read: whoever changes one ends with ``announce``."""
        async with self._lock, self._db.control(read_only=True) as tx:
            self._snapshot = await self._load(tx, self._snapshot)

    async def _load(self, tx: Tx, known: _Snapshot) -> _Snapshot:
        # Versions are read first: a change during the other reads makes them old, never wrongly new.
        version = await tx.value("SELECT version FROM directory_version")
        versions = {row.id: row.version for row in await tx.all(_Version, _VERSIONS)}
        kept = {t.id: t for t in known.by_id.values() if versions.get(t.id) == t.version}
        changed = [tenant_id for tenant_id in versions if tenant_id not in kept]
        fresh, hosts = await self._read(tx, changed, versions) if changed else ({}, [])
        return _snapshot(version, kept, fresh, known.by_host, hosts)

    async def _read(
        self, tx: Tx, tenant_ids: list[uuid.UUID], versions: dict[uuid.UUID, int]
    ) -> tuple[dict[uuid.UUID, Tenant], list[_Host]]:
        switches = _by_tenant(await tx.all(_Switch, _SWITCHES, tenant_ids))
        tenants = {
            t.id: msgspec.structs.replace(
                self._with_switches(t, switches.get(t.id, [])), version=versions[t.id]
            )
            for t in await tx.all(Tenant, _TENANTS, tenant_ids)
        }
        return tenants, await tx.all(_Host, _HOSTS, tenant_ids)

    def _with_switches(self, tenant: Tenant, switches: list[_Switch]) -> Tenant:
        plugins = frozenset(switch.plugin for switch in switches if switch.is_on)
        return msgspec.structs.replace(
            tenant,
            plugins=self._interned.setdefault(plugins, plugins),
            plugin_settings={switch.plugin: switch.settings for switch in switches},
            settings_versions={switch.plugin: switch.settings_version for switch in switches},
        )

    async def _listen(self) -> None:
        """Whenever it begins: what happened while nobody listened must be read too."""
        url = app_url(self._settings)
        await listen(url, CHANNEL, lambda _: self._stale.set(), began=self._stale.set)

    async def _follow(self) -> None:
        while True:
            # Not wait_for: on Python 3.11 it swallows a cancellation that comes with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._stale.wait()
            try:
                if self._stale.is_set() or await self._is_old():
                    self._stale.clear()
                    await self.catch_up()
            except (OSError, asyncpg.PostgresError, *DATABASE_AWAY) as error:
                log.warning("the directory of tenants could not be refreshed: %s", error)
                await asyncio.sleep(RETRY_S)

    async def _is_old(self) -> bool:
        async with self._db.control(read_only=True) as tx:
            version = await tx.value("SELECT version FROM directory_version")
        return bool(version != self._snapshot.version)


def _snapshot(
    version: int,
    kept: dict[uuid.UUID, Tenant],
    fresh: dict[uuid.UUID, Tenant],
    hosts_before: dict[str, Tenant],
    hosts: list[_Host],
) -> _Snapshot:
    tenants = kept | fresh
    unchanged = {host: t for host, t in hosts_before.items() if t.id in kept}
    return _Snapshot(
        version,
        unchanged | {h.host: tenants[h.tenant_id] for h in hosts if h.tenant_id in tenants},
        {t.slug: t for t in tenants.values()},
        tenants,
        min((tenant.id for tenant in tenants.values() if tenant.is_active), default=None),
    )


def _by_tenant(switches: Iterable[_Switch]) -> dict[uuid.UUID, list[_Switch]]:
    grouped: dict[uuid.UUID, list[_Switch]] = {}
    for switch in switches:
        grouped.setdefault(switch.tenant_id, []).append(switch)
    return grouped
