"""What applying a blueprint would do to the tenant as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from nakamise.auth.users import email_key
from nakamise.host import plugin_settings, sealed_settings
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy import provision
from nakamise.tenancy.blueprint import state_of
from nakamise.tenancy.blueprint_file import (
    PICTURES,
    TENANT_FILE,
    TenantFile,
    inside,
    named,
    read_tenant_file,
    read_toml,
)

Kind = Literal["create", "change", "remove", "leave"]


class Change(msgspec.Struct, frozen=True):
    """``leave``: it is there already, and what its people made of it stays. ``before`` and ``after`` may be ""."""

    kind: Kind
    what: str
    before: str = ""
    after: str = ""


class Plan(msgspec.Struct, frozen=True):
    """``state`` as ``blueprint.state_of``."""

    slug: str
    is_new: bool
    changes: tuple[Change, ...]

    @property
    def has_work(self) -> bool:
        return any(change.kind != "leave" for change in self.changes)


async def compare(runtime: Runtime, folder: Path) -> Plan:
    """Changes nothing. Raises BlueprintError."""
    file = read_tenant_file(folder, runtime.settings.base_domain)
    await runtime.directory.refresh()
    tenant = runtime.directory.by_slug(file.tenant.slug)
    if tenant is None:
        return Plan(file.tenant.slug, is_new=True, changes=tuple(_of_new(folder, file)))
    changes = [
        *_columns(file, tenant),
        *await _stored(runtime, folder, file, tenant),
        *_plugins(runtime.host, file, tenant),
        *await _data(runtime, folder, file, tenant),
    ]
    return Plan(file.tenant.slug, is_new=False, changes=tuple(changes))


def _of_new(folder: Path, file: TenantFile) -> Iterator[Change]:
    yield Change("create", f"tenant {file.tenant.slug}", after=file.tenant.name)
    yield from (Change("create", f"host {host}") for host in file.hosts)
    yield from (Change("create", f"brand.{key}", after=str(value)) for key, value in file.brand.items())
    yield from (Change("create", f"plugin {plugin}") for plugin in file.plugins.enabled)
    yield from (Change("create", f"page {page.slug}", after=page.title) for page in file.legal.pages)
    yield from (Change("create", f"user {user.email}", after=", ".join(user.roles)) for user in file.users)
    yield from (Change("create", f"data of {name}", after=text) for name, text in _summaries(folder, file))


def _columns(file: TenantFile, tenant: Tenant) -> Iterator[Change]:
    for key in ("name", "locale", "timezone", "currency"):
        before, after = getattr(tenant, key), getattr(file.tenant, key)
        if before != after:
            yield Change("change", key, before, after)
    wanted = {**file.brand, **({"name_en": file.tenant.name_en} if file.tenant.name_en else {})}
    for key in sorted((wanted.keys() | tenant.brand.keys()) - {*PICTURES}):
        yield from _difference(f"brand.{key}", tenant.brand.get(key), wanted.get(key))
    for key in PICTURES:
        if tenant.brand.get(key) and not file.brand.get(key):
            yield Change("remove", f"brand.{key}")


def _difference(what: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if after is None:
        yield Change("remove", what, before=str(before))
    elif before is None:
        yield Change("create", what, after=str(after))
    else:
        yield Change("change", what, str(before), str(after))


async def _stored(runtime: Runtime, folder: Path, file: TenantFile, tenant: Tenant) -> list[Change]:
    """Hosts and plan in the shared schema; pictures, pages and users in the tenant's."""
    async with runtime.db.control(read_only=True) as tx:
        plan = await tx.value("SELECT plan FROM tenant WHERE id = $1", tenant.id)
        hosts = set(await tx.values("SELECT host FROM tenant_host WHERE tenant_id = $1", tenant.id))
        proven = await provision.proven_hosts(tx.connection, tenant.id)
    async with runtime.db.tenant(tenant.schema, read_only=True) as tx:
        pictures = await tx.connection.fetch("SELECT id::text, content_sha256 FROM core_media")
        rows = await tx.connection.fetch("SELECT slug, locale, title, body FROM core_page")
        users = set(await tx.values("SELECT email_key FROM core_user"))
    media: dict[str, str] = {row["id"]: row["content_sha256"] for row in pictures}
    pages = {(row["slug"], row["locale"]): (row["title"], row["body"]) for row in rows}
    changes = [Change("change", "plan", plan, file.tenant.plan)] if plan != file.tenant.plan else []
    changes += [Change("create", f"host {host}") for host in file.hosts if host not in hosts]
    changes += [Change("remove", f"host {host}") for host in sorted(hosts - {*file.hosts, *proven})]
    if tenant.canonical_host not in (file.hosts[0], *proven):
        changes.append(Change("change", "canonical host", tenant.canonical_host, file.hosts[0]))
    changes += _pictures(folder, file, tenant, media)
    changes += _pages(folder, file, pages)
    for user in file.users:
        changes.append(Change("leave" if email_key(user.email) in users else "create", f"user {user.email}"))
    return changes


def _pictures(folder: Path, file: TenantFile, tenant: Tenant, media: Mapping[str, str]) -> Iterator[Change]:
    for key in PICTURES:
        if relative := file.brand.get(key):
            sha256 = hashlib.sha256(inside(folder, relative).read_bytes()).hexdigest()
            live = tenant.brand.get(key)
            if not isinstance(live, Mapping):
                yield Change("create", f"brand.{key}", after=relative)
            elif media.get(str(live.get("id"))) != sha256:
                yield Change("change", f"brand.{key}", after=relative)


def _pages(
    folder: Path, file: TenantFile, live: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[Change]:
    for page in file.legal.pages:
        texts = [("ja", page.title, page.ja), ("en", page.title_en or page.title, page.en)]
        for locale, title, relative in texts:
            if not relative:
                continue
            body = named(inside(folder, relative).read_text(encoding="utf-8"), file.tenant.name)
            before = live.get((page.slug, locale))
            if before is None:
                yield Change("create", f"page {page.slug} ({locale})", after=title)
            elif before != (title, body):
                yield Change("change", f"page {page.slug} ({locale})", before[0], title)
    unnamed = sorted({slug for slug, _ in live} - {page.slug for page in file.legal.pages})
    yield from (Change("leave", f"page {slug}") for slug in unnamed)


def _plugins(host: PluginHost, file: TenantFile, tenant: Tenant) -> Iterator[Change]:
    for plugin in file.plugins.enabled:
        if plugin not in tenant.plugins:
            yield Change("create", f"plugin {plugin}")
    yield from (Change("leave", f"plugin {one}") for one in sorted(tenant.plugins - {*file.plugins.enabled}))
    for plugin, values in file.plugins.settings.items():
        type_ = host.manifest(plugin).settings
        if type_ is None:
            continue
        before = dict(tenant.plugin_settings.get(plugin, {}))
        if host.vault is not None:
            before = sealed_settings.unseal(host.vault, tenant.id, plugin, before)
        after = plugin_settings.dump(plugin_settings.parse(type_, values))
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                # Values may be secrets.
                yield Change("change", f"setting {plugin}.{name}")


async def _data(runtime: Runtime, folder: Path, file: TenantFile, tenant: Tenant) -> list[Change]:
    """Only the plugin knows what it will do; it is asked again whenever a file of the blueprint changed."""
    async with runtime.db.control(read_only=True) as tx:
        applied = await tx.value("SELECT blueprint_sha256 FROM tenant WHERE id = $1", tenant.id)
    kind: Kind = "leave" if applied == state_of(runtime.host, folder, file) else "change"
    summaries = list(_summaries(folder, file))
    if kind == "change" and not summaries:
        return [Change("change", "files of the blueprint")]
    return [Change(kind, f"data of {name}", after=text) for name, text in summaries]


def _summaries(folder: Path, file: TenantFile) -> Iterator[tuple[str, str]]:
    """ "2 shops, 40 products" for each plugin that finds a file of its own."""
    for plugin in file.plugins.enabled:
        path = folder / f"{plugin}.toml"
        if path.is_file() and path.name != TENANT_FILE:
            rows = {key: value for key, value in read_toml(path).items() if isinstance(value, list)}
            yield plugin, ", ".join(f"{len(value)} {key}" for key, value in rows.items())
