"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.control import ControlPlane
from nakamise.plugin import Manifest, Mount, NavItem, Need, Permission, Slot, SlotItem

manifest: Final = Manifest(
    id="agency",
    api="1.0",
    version="0.1.0",
    title="Agency console",
    summary="Create sites and look after them: brand, domains, plan, state and history.",
    hooks="nakamise_agency.hooks:Hooks",
    mounts=(
        Mount("admin", "nakamise_agency.pages:route_handlers"),
        Mount("api", "nakamise_agency.api:route_handlers"),
    ),
    permissions=(
        Permission("agency.tenants.read", "See the agency's sites", mfa=True),
        Permission("agency.tenants.manage", "Create, edit, suspend and resume sites", mfa=True),
        Permission("agency.tenants.impersonate", "Open a site as one of its staff", mfa=True),
        Permission("agency.tenants.delete", "Delete and export sites", mfa=True),
        Permission("agency.audit.read", "See the agency's log", mfa=True),
        Permission("agency.agencies.manage", "Manage agencies (operator only)", mfa=True),
    ),
    # The core gives it to the homes of agencies only, so it cannot be required of an installation.
    uses={ControlPlane: Need.OPTIONAL},
    slots=(SlotItem(Slot.HOME_HERO, "agency/slots/home_hero.html", 10),),
    nav=(
        NavItem(
            area="admin",
            label="Sites",
            path="/admin/agency",
            icon="store",
            group="Agency",
            permission="agency.tenants.read",
            weight=1,
        ),
        NavItem(
            area="admin",
            label="Rules for sites",
            path="/admin/agency/policy",
            icon="settings",
            group="Agency",
            permission="agency.tenants.read",
            weight=2,
        ),
        NavItem(
            area="admin",
            label="Log of the agency",
            path="/admin/agency/log",
            icon="history",
            group="Agency",
            permission="agency.audit.read",
            weight=3,
        ),
    ),
    css=("home.css",),
    css_under={"/admin/agency": ("agency.css", "agency_studio.css")},
    js_under={"/admin/agency": ("agency.js",)},
)
