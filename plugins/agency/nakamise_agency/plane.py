"""The way to the control plane."""

from __future__ import annotations

from nakamise.contracts.control import ControlPlane
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx


def plane(ctx: TenantCtx) -> ControlPlane:
    """Raises NotFound where ``ctx`` is not the home of an agency: there the console is no page at all."""
    found = ctx.optional_service(ControlPlane)
    if found is None:
        raise NotFound
    return found
