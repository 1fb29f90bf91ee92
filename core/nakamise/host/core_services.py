"""Services that the core provides itself, to the tenants that may have them.

Named by dotted strings as in a manifest, because what provides them stands above the plugin host. Each names
``(ctx) -> service | None``; None means ServiceOff for this tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nakamise.contracts.control import ControlPlane
from nakamise.contracts.login import ExternalLogin
from nakamise.contracts.shares import ShareBook

CORE_SERVICES: Final[Mapping[type[Any], str]] = {
    ControlPlane: "nakamise.tenancy.agencies.service:control_plane",
    ExternalLogin: "nakamise.auth.external:external_login",
    ShareBook: "nakamise.plans.rates:TenantShareBook",
}
