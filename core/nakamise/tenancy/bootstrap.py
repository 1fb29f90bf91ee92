"""From an empty server to an installation that can serve: idempotent, and quick when there is nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

import nakamise
from nakamise.errors import NakamiseError
from nakamise.host.registry import PluginHost
from nakamise.host.routes import Mounting
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy.agencies.homes import ensure_console
from nakamise.tenancy.apply import migrate_shared
from nakamise.tenancy.blueprint import apply, state_of
from nakamise.tenancy.blueprint_file import TENANT_FILE, PluginsMissing, read_tenant_file
from nakamise.tenancy.migrations import migrate_all
from nakamise.tenancy.owner import names, owner_connection, owner_transaction
from nakamise.tenancy.provision import ensure_agency
from nakamise.tenancy.roles import ensure_roles

Progress = Callable[[str], None]
# The demo's files stand beside the source; an installed wheel has none and starts empty.
DEMO_TENANTS: Final = Path(nakamise.__file__).parents[2] / "tenants"
# Agency, its name, the tenant that is its console.
_DEMO_AGENCY: Final = ("demo", "ミナト・コマースパートナーズ", "agency")
_DEMO_OPERATOR: Final = ("operator", "プラットフォーム運営", "operator")


class BootstrapError(NakamiseError):
    """Some tenants could not be brought to the newest tables; the message names them and why."""


class DemoLogin(msgspec.Struct, frozen=True):
    """``url`` is the site's first page."""

    tenant: str
    url: str
    email: str
    password: str
    display_name: str
    roles: tuple[str, ...]
    totp_secret: str = ""


async def prepare(settings: Settings, progress: Progress | None = None) -> None:
    """Roles, shared schema, all tenants' migrations, and the demo's tenants in the demo environment.

    Raises BootstrapError, BlueprintError.
    """
    say = progress or (lambda _: None)
    say("database roles and shared tables")
    await prepare_database(settings)
    host = PluginHost.discover(safe_mode=settings.safe_mode, mounting=Mounting.NOTHING)
    await _migrate(settings, host, say)
    if settings.environment == "demo":
        await _apply_demo(settings, host, say)
        async with owner_transaction(settings) as connection:
            await ensure_console(connection, *_DEMO_AGENCY)
            await ensure_console(connection, *_DEMO_OPERATOR, is_operator=True)


async def prepare_database(settings: Settings) -> None:
    """Roles, the shared schema and the demo agency; no tenant."""
    async with owner_connection(settings) as connection:
        await ensure_roles(connection, settings)
        await migrate_shared(connection, names(settings))
        await ensure_agency(connection, "demo", "Demo")


def demo_folders(root: Path = DEMO_TENANTS) -> list[Path]:
    return sorted(path.parent for path in root.glob(f"*/{TENANT_FILE}"))


def demo_logins(settings: Settings, root: Path = DEMO_TENANTS) -> list[DemoLogin]:
    """Who can log in where, as the blueprints say. Raises BlueprintError."""
    port = "" if settings.port == 80 else f":{settings.port}"
    logins = []
    for folder in demo_folders(root):
        file = read_tenant_file(folder, settings.base_domain)
        url = f"http://{file.hosts[0]}{port}/"
        logins += [
            DemoLogin(
                file.tenant.name,
                url,
                user.email,
                user.password,
                user.display_name,
                user.roles,
                user.totp_secret,
            )
            for user in file.users
        ]
    return logins


async def _migrate(settings: Settings, host: PluginHost, say: Progress) -> None:
    results = await migrate_all(
        settings, host, progress=lambda done, total: say(f"tenants migrated: {done} of {total}")
    )
    if failed := [f"{result.slug}: {result.error}" for result in results if result.state == "failed"]:
        raise BootstrapError("; ".join(failed))


async def _apply_demo(settings: Settings, host: PluginHost, say: Progress) -> None:
    async with owner_connection(settings) as connection:
        rows = await connection.fetch("SELECT slug, blueprint_sha256 FROM nakamise.tenant")
    applied = {row["slug"]: row["blueprint_sha256"] for row in rows}
    changed = []
    for folder in demo_folders():
        file = read_tenant_file(folder, settings.base_domain)
        if applied.get(file.tenant.slug) != state_of(host, folder, file):
            changed.append(folder)
    if not changed:
        return
    from nakamise.building import build_runtime, close_runtime

    runtime = await build_runtime(settings, host=host)
    try:
        for folder in changed:
            await _apply_or_say(runtime, folder, say)
    finally:
        await close_runtime(runtime)


async def _apply_or_say(runtime: Runtime, folder: Path, say: Progress) -> None:
    """A refused plugin must not keep the installation from starting; the log says why it was refused."""
    try:
        await apply(runtime, folder, runtime.settings.base_domain, say)
    except PluginsMissing as error:
        say(f"left as it is: {error}")
