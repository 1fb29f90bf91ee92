"""What a new tenant can start from: blueprints that are not a tenant of their own."""

from __future__ import annotations

from pathlib import Path

import msgspec

from nakamise.contracts.control import BlueprintInfo
from nakamise.errors import FieldError, Invalid
from nakamise.settings import Settings
from nakamise.tenancy.blueprint_file import TENANT_FILE, TenantFile, read_tenant_file
from nakamise.ui.i18n import N_


def starters(settings: Settings) -> dict[str, Path]:
    """Folder by name."""
    found = sorted(settings.blueprints_dir.glob(f"*/{TENANT_FILE}"))
    return {path.parent.name: path.parent for path in found}


def described(settings: Settings) -> list[BlueprintInfo]:
    """Raises BlueprintError."""
    found = []
    for name, folder in starters(settings).items():
        file = read_tenant_file(folder, settings.base_domain)
        found.append(BlueprintInfo(name, file.tenant.name, str(file.brand.get("tagline", ""))))
    return found


def chosen(settings: Settings, name: str) -> Path:
    """Raises Invalid."""
    folder = starters(settings).get(name)
    if folder is None:
        raise Invalid({"blueprint": FieldError(N_("There is no such blueprint."))})
    return folder


def as_site(file: TenantFile, *, slug: str, name: str, agency: str, locale: str, host: str) -> TenantFile:
    """The blueprint's contents under another name; nobody of its sample users comes along."""
    about = msgspec.structs.replace(
        file.tenant, slug=slug, name=name, name_en="", agency=agency, locale=locale
    )
    brand = {key: value for key, value in file.brand.items() if not key.startswith("tagline")}
    return msgspec.structs.replace(file, tenant=about, hosts=(host,), users=(), brand=brand)


def plugin_sets(settings: Settings) -> list[tuple[str, ...]]:
    """The sets of plugins for which schemas are kept ready. Raises BlueprintError."""
    files = (read_tenant_file(folder, settings.base_domain) for folder in starters(settings).values())
    return sorted({(), *(tuple(file.plugins.enabled) for file in files)})
