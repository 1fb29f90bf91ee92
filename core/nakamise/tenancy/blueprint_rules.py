"""What a blueprint must keep to; every breach is a Found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from nakamise.auth.permissions import PRESET_ROLES
from nakamise.errors import Invalid
from nakamise.host import plugin_settings
from nakamise.runtime import Runtime
from nakamise.tenancy.blueprint_file import PICTURES, TenantFile, inside
from nakamise.tenancy.blueprint_shape import Found, closest, faults_of
from nakamise.tenancy.hosts import normal_host
from nakamise.ui.color import parse_color
from nakamise.ui.theme import Brand

_TEXTS: Final = ("tagline", "tagline_en", "copyright", "mail_name", "mail_sender")
_COLOURS: Final = ("brand", "accent")
_PASSWORD_MIN: Final = 8


def rules(runtime: Runtime, folder: Path, data: dict[str, Any]) -> Iterator[Found]:
    yield from faults_of(TenantFile, data)
    yield from _tenant(_table(data, "tenant"))
    yield from _hosts(runtime, data)
    yield from _brand(folder, _table(data, "brand"))
    yield from _plugins(runtime, _table(data, "plugins"))
    yield from _pages(folder, _rows(_table(data, "legal"), "pages"))
    yield from _users(runtime, folder, data)


def _tenant(about: dict[str, Any]) -> Iterator[Found]:
    slug = about.get("slug")
    if isinstance(slug, str) and (re.fullmatch(r"[a-z0-9](-?[a-z0-9])*", slug) is None or len(slug) > 40):
        yield Found(("tenant", "slug"), f"{slug!r} cannot be a slug", "use a-z, 0-9 and single hyphens")
    if about.get("locale", "ja") not in ("ja", "en"):
        yield Found(("tenant", "locale"), "there is no such language", "known are: en, ja")
    try:
        ZoneInfo(str(about.get("timezone", "UTC")))
    except (ZoneInfoNotFoundError, ValueError):
        yield Found(("tenant", "timezone"), "there is no such time zone", 'as in "Asia/Tokyo"')
    if re.fullmatch(r"[A-Z]{3}", str(about.get("currency", "JPY"))) is None:
        yield Found(("tenant", "currency"), "this is no currency code", 'as in "JPY"')


def host_names(runtime: Runtime, data: dict[str, Any]) -> list[str]:
    """``hosts`` as they would be served; what is no text is left out."""
    given = data.get("hosts")
    hosts = [host for host in given if isinstance(host, str)] if isinstance(given, list) else []
    return [host.replace("{base_domain}", runtime.settings.base_domain) for host in hosts]


def _hosts(runtime: Runtime, data: dict[str, Any]) -> Iterator[Found]:
    hosts = host_names(runtime, data)
    if "hosts" in data and not hosts:
        yield Found(("hosts",), "it is empty", "the first one is the canonical host")
    for host, times in Counter(host.lower() for host in hosts).items():
        if times > 1:
            yield Found(("hosts",), f"{host} stands there {times} times")
    for host in hosts:
        try:
            normal_host(host)
        except ValueError:
            yield Found(("hosts",), f"{host!r} is no host name")


def _brand(folder: Path, brand: dict[str, Any]) -> Iterator[Found]:
    fields = {
        field.encode_name: field.type for field in msgspec.structs.fields(Brand) if field.name != "name"
    }
    known = {**fields, **dict.fromkeys((*PICTURES, *_TEXTS), str)}
    for key, value in brand.items():
        if key not in known:
            yield Found(("brand", key), f"there is no key `{key}`", closest(key, known))
            continue
        yield from faults_of(known[key], value, ("brand", key))
        if key in _COLOURS and isinstance(value, str):
            try:
                parse_color(value)
            except ValueError as error:
                yield Found(("brand", key), str(error), "as in #b4375c or oklch(0.5 0.1 30)")
        if key in PICTURES:
            yield from _file(folder, value, ("brand", key))


def _plugins(runtime: Runtime, table: dict[str, Any]) -> Iterator[Found]:
    usable = {manifest.id: manifest for manifest in runtime.host.usable}
    refused = {refusal.id: refusal for refusal in runtime.host.refused}
    enabled = [one for one in table.get("enabled", ()) if isinstance(one, str)]
    for plugin in enabled:
        path = ("plugins", "enabled")
        if plugin in refused:
            yield Found(path, f"{plugin} is refused: {refused[plugin].why.value} {refused[plugin].detail}")
        elif plugin not in usable:
            yield Found(path, f"there is no plugin {plugin}", closest(plugin, usable))
        else:
            needs = [need for need in usable[plugin].requires if need not in enabled]
            if needs:
                yield Found(path, f"{plugin} needs {', '.join(needs)} too", "add them")
    for plugin, values in _table(table, "settings").items():
        yield from _settings(plugin, values, usable.get(plugin), enabled)


def _settings(plugin: str, values: Any, manifest: Any, enabled: list[str]) -> Iterator[Found]:
    path = ("plugins", "settings", plugin)
    if plugin not in enabled:
        yield Found(path, f"{plugin} is not switched on", "add it to plugins.enabled")
    if manifest is None or not isinstance(values, dict):
        return
    if manifest.settings is None:
        yield Found(path, f"{plugin} has no settings")
        return
    try:
        plugin_settings.parse(manifest.settings, values)
    except Invalid as invalid:
        for name, fault in invalid.fields.items():
            known = manifest.settings.__struct_encode_fields__
            hint = "" if name.split(".")[0] in known else closest(name, known)
            yield Found((*path, *name.split(".")), fault.message % fault.params, hint)


def _pages(folder: Path, pages: list[dict[str, Any]]) -> Iterator[Found]:
    for number, page in enumerate(pages):
        for key in ("ja", "en"):
            yield from _file(folder, page.get(key, ""), ("legal", "pages", number, key))
    yield from _twice(pages, "slug", ("legal", "pages"))


def _users(runtime: Runtime, folder: Path, data: dict[str, Any]) -> Iterator[Found]:
    roles = {role.id for role in PRESET_ROLES}
    tenant = runtime.directory.by_slug(str(_table(data, "tenant").get("slug")))
    users = _rows(data, "users")
    for number, user in enumerate(users):
        path = ("users", number)
        for role in user.get("roles", ()):
            # A live tenant may have roles of its own.
            if tenant is None and role not in roles:
                yield Found((*path, "roles"), f"there is no role {role}", closest(str(role), roles))
        if len(str(user.get("password", ""))) < _PASSWORD_MIN:
            yield Found((*path, "password"), f"it is shorter than {_PASSWORD_MIN} characters")
        yield from _file(folder, user.get("avatar", ""), (*path, "avatar"))
    yield from _twice(users, "email", ("users",))


def _file(folder: Path, relative: Any, path: tuple[str | int, ...]) -> Iterator[Found]:
    if not isinstance(relative, str) or not relative:
        return
    try:
        if not inside(folder, relative).is_file():
            near = [one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()]
            hint = closest(relative, near)
            yield Found(path, f"there is no file {relative!r}", hint if hint.startswith("did") else "")
    except ValueError as error:
        yield Found(path, str(error))


async def taken(runtime: Runtime, data: dict[str, Any]) -> list[Found]:
    """What only the installation knows."""
    slug = _table(data, "tenant").get("slug")
    async with runtime.db.control(read_only=True) as tx:
        rows = await tx.connection.fetch(
            "SELECT h.host, t.slug FROM tenant_host h JOIN tenant t ON t.id = h.tenant_id"
            " WHERE h.host = ANY ($1) AND t.slug <> $2",
            *([host.lower() for host in host_names(runtime, data)], str(slug)),
        )
        plans = await tx.values("SELECT id FROM plan")
    found = [Found(("hosts",), f"{row['host']} belongs to the tenant {row['slug']}") for row in rows]
    plan = _table(data, "tenant").get("plan")
    if plan and plan not in plans:
        found.append(Found(("tenant", "plan"), f"there is no plan {plan}", closest(str(plan), plans)))
    return found


def _twice(rows: Iterable[dict[str, Any]], key: str, path: tuple[str | int, ...]) -> Iterator[Found]:
    seen: set[object] = set()
    for number, row in enumerate(rows):
        if row.get(key) in seen:
            yield Found((*path, number, key), f"{row[key]} stands there twice")
        seen.add(row.get(key))


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _rows(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = data.get(key)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
