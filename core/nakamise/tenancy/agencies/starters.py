"""What a new tenant can start from: blueprints that are not a tenant of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

import nakamise
from nakamise.contracts.control import BlueprintInfo
from nakamise.errors import FieldError, Invalid
from nakamise.tenancy.blueprint_file import TENANT_FILE, TenantFile, read_tenant_file
from nakamise.ui.i18n import N_

STARTERS: Final = Path(nakamise.__file__).parent / "starters"


def starters(root: Path = STARTERS) -> dict[str, Path]:
    """Folder by name."""
    return {path.parent.name: path.parent for path in sorted(root.glob(f"*/{TENANT_FILE}"))}


def described(base_domain: str) -> list[BlueprintInfo]:
    """Raises BlueprintError."""
    found = []
    for name, folder in starters().items():
        file = read_tenant_file(folder, base_domain)
        found.append(BlueprintInfo(name, file.tenant.name, str(file.brand.get("tagline", ""))))
    return found


def chosen(name: str) -> Path:
    """Raises Invalid."""
    folder = starters().get(name)
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


def plugin_sets(base_domain: str) -> list[tuple[str, ...]]:
    """The sets of plugins for which schemas are kept ready. Raises BlueprintError."""
    files = (read_tenant_file(folder, base_domain) for folder in starters().values())
    return sorted({(), *(tuple(file.plugins.enabled) for file in files)})
