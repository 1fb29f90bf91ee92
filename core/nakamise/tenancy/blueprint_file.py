"""``tenant.toml``: its shape, and faults that name file and key."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from nakamise.errors import NakamiseError
from nakamise.ui.theme import Brand, compile_theme

T = TypeVar("T")
TENANT_FILE: Final = "tenant.toml"
SITE_NAME: Final = "{site_name}"
# Keys of [brand] that name pictures; the others are for the theme, or texts.
PICTURES: Final = ("logo", "hero_wide", "hero_phone", "icon")
_THEME: Final = frozenset(Brand.__struct_fields__) - {"name"}


class BlueprintError(NakamiseError):
    """A file of a blueprint cannot be used; the message names file and key."""


class PluginsMissing(BlueprintError):
    """It names plugins that are not installed, or refused."""


class TenantTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    slug: str
    name: str
    name_en: str = ""
    locale: str = "ja"
    timezone: str = "Asia/Tokyo"
    currency: str = "JPY"
    agency: str = "demo"
    plan: str = "standard"


class PluginsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``settings`` maps a plugin's id to its settings."""

    enabled: tuple[str, ...] = ()
    settings: dict[str, dict[str, Any]] = {}


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``ja`` and ``en`` name text files."""

    slug: str
    title: str
    ja: str
    title_en: str = ""
    en: str = ""


class LegalTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pages: tuple[Page, ...] = ()


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``name`` and ``kana`` are family and given name with a space between."""

    label: str = ""
    name: str
    kana: str
    postal_code: str
    prefecture: str
    city: str
    line1: str
    line2: str = ""
    phone: str
    default: bool = False


class User(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``totp_secret`` (base32) is a second factor that everybody knows: for the demo only."""

    email: str
    password: str
    display_name: str
    roles: tuple[str, ...] = ()
    totp_secret: str = ""
    avatar: str = ""
    registered_at: datetime | None = None
    addresses: tuple[Address, ...] = ()


class TenantFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tenant: TenantTable
    hosts: tuple[str, ...]
    brand: dict[str, Any] = {}
    plugins: PluginsTable = PluginsTable()
    legal: LegalTable = LegalTable()
    users: tuple[User, ...] = ()


def read_tenant_file(folder: Path, base_domain: str) -> TenantFile:
    """Raises BlueprintError."""
    path = folder / TENANT_FILE
    try:
        file = msgspec.convert(read_toml(path), TenantFile)
    except msgspec.ValidationError as error:
        raise BlueprintError(f"{path}: {error}") from error
    if not file.hosts:
        raise BlueprintError(f"{path}: `hosts` is empty; the first one is the canonical host")
    _check_brand(path, file)
    _check_files(path, folder, file)
    hosts = tuple(host.replace("{base_domain}", base_domain) for host in file.hosts)
    return msgspec.structs.replace(file, hosts=hosts)


def read_toml(path: Path) -> dict[str, Any]:
    """Raises BlueprintError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BlueprintError(f"{path}: {error}") from error


def named(value: T, site_name: str) -> T:
    """``{site_name}`` filled in, in every text of a parsed file."""
    found: Any = value
    if isinstance(found, str):
        found = found.replace(SITE_NAME, site_name)
    elif isinstance(found, list):
        found = [named(item, site_name) for item in found]
    elif isinstance(found, dict):
        found = {key: named(item, site_name) for key, item in found.items()}
    return found  # type: ignore[no-any-return]


def pictures_of(file: TenantFile) -> list[str]:
    """The pictures that ``tenant.toml`` itself names."""
    brand = [file.brand[key] for key in PICTURES if file.brand.get(key)]
    return [*brand, *(user.avatar for user in file.users if user.avatar)]


def inside(folder: Path, relative: str) -> Path:
    """Raises ValueError for a path that leaves ``folder``."""
    root = folder.resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root):
        raise ValueError(f"{relative!r} leaves the blueprint's folder")
    return path


def fingerprint(folder: Path, also: str) -> str:
    """Hash over the names and contents of all files that are not code, and over ``also``."""
    whole = hashlib.sha256(also.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            whole.update(str(path.relative_to(folder)).encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _check_brand(path: Path, file: TenantFile) -> None:
    theme = {key: value for key, value in file.brand.items() if key in _THEME}
    try:
        compile_theme(msgspec.convert({"name": file.tenant.name, **theme}, Brand))
    except ValueError as error:
        raise BlueprintError(f"{path}: brand: {error}") from error


def _check_files(path: Path, folder: Path, file: TenantFile) -> None:
    named = {f"brand.{key}": file.brand.get(key, "") for key in PICTURES}
    named |= {f"legal.pages.{page.slug}.ja": page.ja for page in file.legal.pages}
    named |= {f"legal.pages.{page.slug}.en": page.en for page in file.legal.pages}
    named |= {f"users.{user.email}.avatar": user.avatar for user in file.users}
    for key, relative in named.items():
        try:
            if relative and not inside(folder, relative).is_file():
                raise BlueprintError(f"{path}: {key}: there is no file {relative!r}")
        except ValueError as error:
            raise BlueprintError(f"{path}: {key}: {error}") from error
