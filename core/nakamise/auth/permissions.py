"""Permissions of the core, and the roles that every new tenant starts with."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.plugin.manifest import Permission
from nakamise.ui.i18n import N_

CORE_PERMISSIONS: Final = (
    Permission("core.admin", N_("Open the administration"), roles=("admin", "shop_staff", "broadcaster")),
    Permission("core.users.read", N_("See users")),
    Permission("core.users.manage", N_("Change users and their roles")),
    Permission("core.plugins.manage", N_("Switch features on and off")),
    Permission("core.settings.manage", N_("Change the site's settings")),
    Permission("core.pages.manage", N_("Edit the site's texts")),
    Permission("core.audit.read", N_("Read the audit log")),
)


class PresetRole(msgspec.Struct, frozen=True):
    id: str
    label: str


PRESET_ROLES: Final = (
    PresetRole("admin", N_("Operator")),
    PresetRole("shop_staff", N_("Shop manager")),
    PresetRole("broadcaster", N_("Broadcaster")),
)
