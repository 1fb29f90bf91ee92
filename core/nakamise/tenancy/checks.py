"""Is this installation healthy? Each check answers what it found and what to do; none changes anything."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import asyncpg
import msgspec

from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy.apply import pending
from nakamise.tenancy.history import MigrationError, shared_history
from nakamise.tenancy.migrations import behind
from nakamise.tenancy.owner import EXTENSION_SCHEMA, app_url, owner_connection

OLDEST_POSTGRES: Final = 15
DISK_WARN_BYTES: Final = 2_000_000_000
DISK_FAIL_BYTES: Final = 200_000_000
CONNECT_S: Final = 5.0

Level = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """``todo`` is empty when ``level`` is ok."""

    level: Level
    what: str
    todo: str = ""


class Installation(msgspec.Struct, frozen=True):
    """What is examined."""

    settings: Settings
    host: PluginHost


Check = Callable[[Installation], Awaitable[list[Finding]]]


async def examine(settings: Settings, host: PluginHost) -> list[Finding]:
    """All findings. A check that breaks is a finding too: a broken database must not hide a full disk."""
    findings = []
    for check in CHECKS:
        try:
            findings += await check(Installation(settings, host))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, MigrationError) as error:
            name = check.__name__.removeprefix("_")
            findings.append(Finding("fail", f"{name}: {error}", "Mend what is named above it first."))
    return findings


async def _postgres(it: Installation) -> list[Finding]:
    async with owner_connection(it.settings) as connection:
        version = connection.get_server_version().major
        full = await connection.fetchval("SHOW server_version")
        encoding = await connection.fetchval("SHOW server_encoding")
        installed = await connection.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        trigrams = installed and await connection.fetchval(
            f"SELECT cardinality({EXTENSION_SCHEMA}.show_trgm('日本語'))"
        )
    return [
        Finding("ok", f"PostgreSQL {full}")
        if version >= OLDEST_POSTGRES
        else Finding("fail", f"PostgreSQL {full}", f"Move to {OLDEST_POSTGRES} or newer."),
        Finding("ok", "encoding UTF8")
        if encoding == "UTF8"
        else Finding("fail", f"encoding {encoding}", "Make the database anew with ENCODING 'UTF8'."),
        Finding("ok", "Japanese text is searchable")
        if trigrams
        else Finding(
            "fail",
            "Japanese text cannot be searched",
            "Run `nakamise migrate`." if not installed else "Make the database anew with LC_CTYPE C.UTF-8.",
        ),
    ]


async def _roles(it: Installation) -> list[Finding]:
    try:
        connection = await asyncpg.connect(app_url(it.settings))
    except asyncpg.InvalidAuthorizationSpecificationError:
        return [
            Finding("fail", "the login role is missing or has another password", "Run `nakamise migrate`.")
        ]
    try:
        await connection.fetchval("SELECT count(*) FROM nakamise.tenant")
    except asyncpg.InsufficientPrivilegeError:
        return [Finding("ok", "the login role sees no table without a tenant")]
    finally:
        await connection.close()
    return [Finding("fail", "the login role reads the shared schema", "Take its rights away, then migrate.")]


async def _shared_tables(it: Installation) -> list[Finding]:
    async with owner_connection(it.settings) as connection:
        rows = await connection.fetch("SELECT revision, sha256 FROM nakamise.shared_migration")
    todo = pending(shared_history(), {row["revision"]: row["sha256"] for row in rows})
    if todo:
        return [Finding("fail", f"{len(todo)} shared migrations are missing", "Run `nakamise migrate`.")]
    return [Finding("ok", "the shared tables are up to date")]


async def _tenants(it: Installation) -> list[Finding]:
    async with owner_connection(it.settings) as connection:
        count = await connection.fetchval("SELECT count(*) FROM nakamise.tenant")
        errors = await connection.fetch(
            "SELECT t.slug, l.plugin, l.error FROM nakamise.migration_ledger l"
            " JOIN nakamise.tenant t ON t.id = l.tenant_id WHERE l.error IS NOT NULL"
        )
        dead = await connection.fetchval("SELECT count(*) FROM nakamise.job WHERE state = 'dead'")
    late = [item.slug for item in await behind(it.settings, it.host)]
    findings = [
        Finding("fail", f"{row['slug']}: {row['plugin']}: {row['error']}", "Mend it, then migrate.")
        for row in errors
    ]
    if late:
        findings.append(Finding("warn", f"not migrated: {', '.join(late)}", "Run `nakamise migrate`."))
    if dead:
        findings.append(Finding("warn", f"{dead} jobs gave up", "Look at nakamise.job where state = 'dead'."))
    return findings or [Finding("ok", f"{count} tenants are up to date")]


async def _plugins(it: Installation) -> list[Finding]:
    usable = {manifest.id for manifest in it.host.usable}
    async with owner_connection(it.settings) as connection:
        rows = await connection.fetch(
            "SELECT s.plugin, array_agg(t.slug ORDER BY t.slug) AS slugs FROM nakamise.plugin_switch s"
            " JOIN nakamise.tenant t ON t.id = s.tenant_id WHERE s.is_on AND s.plugin <> ALL ($1)"
            " GROUP BY s.plugin",
            sorted(usable),
        )
    findings = [
        Finding(
            "fail",
            f"{row['plugin']} is on for {', '.join(row['slugs'])} but cannot be used",
            "Install or mend it, or switch it off.",
        )
        for row in rows
    ]
    findings += [
        Finding(
            "warn",
            f"{refused.id} is refused: {refused.why.value} {refused.detail}".rstrip(),
            "Mend or remove it.",
        )
        for refused in it.host.refused
    ]
    return findings or [Finding("ok", f"plugins: {', '.join(sorted(usable)) or 'none'}")]


async def _disk(it: Installation) -> list[Finding]:
    folder = next(
        path for path in (it.settings.data_dir, *it.settings.data_dir.parents, Path("/")) if path.exists()
    )
    free = shutil.disk_usage(folder).free
    what = f"{free / 1e9:.1f} GB free in {it.settings.data_dir}"
    if free < DISK_FAIL_BYTES:
        return [Finding("fail", what, "Free some space now: uploads and the database will stop.")]
    if free < DISK_WARN_BYTES:
        return [Finding("warn", what, "Free some space soon.")]
    return [Finding("ok", what)]


async def _mail(it: Installation) -> list[Finding]:
    if it.settings.smtp_url is None:
        level: Level = "ok" if it.settings.environment == "demo" else "fail"
        todo = "" if level == "ok" else "Set NAKAMISE_SMTP_URL."
        return [Finding(level, "no mail server: mails are kept and shown, not sent", todo)]
    parts = urlsplit(it.settings.smtp_url)
    address = (parts.hostname or "", parts.port or 25)
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(*address)
        writer.close()
        await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        return [
            Finding("fail", f"mail server {address[0]}:{address[1]}: {error}", "Check NAKAMISE_SMTP_URL.")
        ]
    return [Finding("ok", f"mail server {address[0]}:{address[1]} answers")]


async def _hosts(it: Installation) -> list[Finding]:
    async with owner_connection(it.settings) as connection:
        rows = await connection.fetch(
            "SELECT t.slug, h.host FROM nakamise.tenant t LEFT JOIN nakamise.tenant_host h"
            " ON h.tenant_id = t.id AND h.canonical ORDER BY t.slug"
        )
    findings = [
        Finding("fail", f"{row['slug']} has no address", "Apply its blueprint again.")
        for row in rows
        if row["host"] is None
    ]
    public = [row["host"] for row in rows if row["host"] and not row["host"].endswith("localhost")]
    lost = [name for name in public if not await _resolves(name)]
    findings += [Finding("warn", f"{name} has no DNS record", "Point it to this machine.") for name in lost]
    return findings or [Finding("ok", f"{len(rows)} addresses")]


async def _resolves(name: str) -> bool:
    try:
        await asyncio.get_running_loop().getaddrinfo(name, None)
    except socket.gaierror:
        return False
    return True


CHECKS: Final[tuple[Check, ...]] = (
    _postgres,
    _roles,
    _shared_tables,
    _tenants,
    _plugins,
    _hosts,
    _mail,
    _disk,
)
