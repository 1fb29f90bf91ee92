"""Acts of the log in words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from nakamise.contracts.control import AuditLine
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_agency.looks.form import FIELDS, PICTURES
from nakamise_agency.words import SHARE_KINDS, words

ACTS: Final = {
    "agency.create": N_("Agency created"),
    "agency.console": N_("Console set up"),
    "agency.rename": N_("Agency renamed"),
    "agency.invite": N_("Staff invited"),
    "agency.close": N_("Agency closed"),
    "agency.reopen": N_("Agency opened again"),
    "agency.policy": N_("Rules for sites changed"),
    "plan.create": N_("Plan created"),
    "plan.change": N_("Plan's terms changed"),
    "plan.replace": N_("New version of a plan"),
    "site.configure": N_("Settings of the site changed"),
    "site.legal_published": N_("Legal text published"),
    "plugin.erase": N_("Plugin's data erased"),
    "tenant.assign": N_("Handed to another agency"),
    "tenant.share": N_("Revenue share set"),
    "tenant.create": N_("Site prepared"),
    "tenant.open": N_("Site created"),
    "tenant.create_failed": N_("Creation failed"),
    "tenant.apply": N_("Blueprint applied"),
    "tenant.import": N_("Imported"),
    "tenant.brand": N_("Brand changed"),
    "tenant.plan": N_("Plan changed"),
    "tenant.suspend": N_("Suspended"),
    "tenant.resume": N_("Resumed"),
    "tenant.delete": N_("Deletion requested"),
    "tenant.delete_cancel": N_("Deletion taken back"),
    "tenant.purge": N_("Deleted for good"),
    "tenant.impersonate": N_("Opened as staff"),
    "host.claim": N_("Domain added"),
    "host.verify": N_("Domain checked"),
    "host.lost": N_("Domain lost its proof"),
    "host.release": N_("Domain removed"),
    "host.canonical": N_("Main address changed"),
    "plugin.enable": N_("Plugin switched on"),
    "plugin.disable": N_("Plugin switched off"),
    "plugin.configure": N_("Plugin's settings changed"),
    "keys.reseal": N_("Secrets sealed anew"),
}
# Who is no person; people of an agency stand there by name, those of a site by the id that they have there.
_ACTORS: Final = {"system": N_("System"), "blueprint": N_("Blueprint"), "operator": N_("Command line")}
_OF_THE_SITE: Final = N_("Staff of the site")
DETAILS: Final = {
    "reason": N_("Reason"),
    "role": N_("Role"),
    "invited": N_("As an invited administrator"),
    "before": N_("Before"),
    "after": N_("After"),
    "slug": N_("Short name"),
    "host": N_("Domain"),
    "hosts": N_("Domains"),
    "plan": N_("Plan"),
    "options": N_("Options"),
    "blueprint": N_("Blueprint"),
    "changed": N_("Changed"),
    "purge_at": N_("Data go on"),
    "email": N_("E-mail"),
    "kind": N_("Whose"),
    "party": N_("Broadcaster"),
    "rate_bp": N_("Share"),
    "fee_bp": N_("Payment fee"),
    "monthly_fee": N_("A month, without tax"),
    "with_tenants": N_("Its sites too"),
    "tenants_choose": N_("Sites choose plans"),
    "contact": N_("Whom to ask"),
    "plugin": N_("Plugin"),
    "error": N_("Error"),
    "misses": N_("Days without proof"),
    "schema": N_("Database schema"),
    "agency": N_("Agency"),
    "files": N_("Files"),
    "rows": N_("Rows"),
    "home": N_("Console"),
    "version": N_("Version"),
    "keys": N_("Settings"),
    "sha256": N_("Checksum"),
}
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": SHARE_KINDS,
    "role": {"admin": N_("Administrator"), "staff": N_("Staff"), "broadcaster": N_("Broadcaster")},
}
_YES_NO: Final = {"yes": N_("Yes"), "no": N_("No"), "True": N_("Yes"), "False": N_("No")}
_RATES: Final = ("rate_bp", "fee_bp")
# What "changed" lists.
_BRAND: Final = FIELDS | {key: label for key, (label, _) in PICTURES.items()}


def details(ctx: TenantCtx, detail: Mapping[str, object]) -> list[tuple[str, str]]:
    """Names and values in the reader's language; what is empty says nothing."""
    _ = words(ctx)
    return [
        (_(DETAILS[key]) if key in DETAILS else key, _value(ctx, key, value))
        for key, value in detail.items()
        if value not in (None, "", [], {})
    ]


def _value(ctx: TenantCtx, key: str, value: object) -> str:
    _ = words(ctx)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} × {times}" for name, times in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_(_BRAND[str(one)]) if str(one) in _BRAND else str(one) for one in value)
    if key in _RATES and isinstance(value, int):
        return f"{value / 100:g} %"
    if key == "purge_at":
        at = datetime.fromisoformat(str(value)).astimezone(ctx.tenant.zone)
        return f"{at:%Y-%m-%d %H:%M}"
    known = {**_YES_NO, **_VALUES.get(key, {})}
    return _(known[str(value)]) if str(value) in known else str(value)


def actor_labels(ctx: TenantCtx, lines: Iterable[AuditLine]) -> dict[str, str]:
    """What to show for each of the lines' ``actor``."""
    return {line.actor: _actor(ctx, line.actor) for line in lines}


def _actor(ctx: TenantCtx, actor: str) -> str:
    _ = words(ctx)
    if actor in _ACTORS:
        return _(_ACTORS[actor])
    try:
        uuid.UUID(actor)
    except ValueError:
        return actor or "—"
    return _(_OF_THE_SITE)


def act_labels(ctx: TenantCtx) -> dict[str, str]:
    _ = words(ctx)
    return {act: _(label) for act, label in ACTS.items()}
