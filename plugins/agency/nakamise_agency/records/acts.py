"""Acts of the log in words."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_agency.words import words

ACTS: Final = {
    "agency.create": N_("Agency created"),
    "agency.console": N_("Console set up"),
    "agency.rename": N_("Agency renamed"),
    "agency.invite": N_("Staff invited"),
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
}


def act_labels(ctx: TenantCtx) -> dict[str, str]:
    _ = words(ctx)
    return {act: _(label) for act, label in ACTS.items()}
