"""The way to the control plane."""

from __future__ import annotations

from nakamise.contracts.control import ControlPlane
from nakamise.plugin import TenantCtx


def plane(ctx: TenantCtx) -> ControlPlane:
    """Raises ServiceOff where ``ctx`` is not the home of an agency."""
    return ctx.service(ControlPlane)
