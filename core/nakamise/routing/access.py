"""The guard: what a route said in ``opt`` against who is asking. Who may, never what is on."""

from __future__ import annotations

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from nakamise.admin.site.doors import check_door
from nakamise.errors import Forbidden, Unauthenticated
from nakamise.plugin.access import OPT_KEY, OPT_SENSITIVE, Access
from nakamise.plugin.context import TenantCtx
from nakamise.routing.gate import CTX_KEY
from nakamise.ui.i18n import N_

_NOT_IMPERSONATED = N_("This cannot be done while acting for somebody else.")


class AccessMissing(Exception):
    """A route says neither anyone, signed_in nor requires: a fault of its author, found at start."""


async def guard(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    ctx: TenantCtx = connection.scope["state"][CTX_KEY]
    access = access_of(handler)
    await check_door(ctx, handler.opt)
    if access.public:
        return
    if ctx.actor.impersonator and handler.opt.get(OPT_SENSITIVE):
        raise Forbidden(_NOT_IMPERSONATED, code="impersonated")
    if access.permission is None:
        if ctx.actor.is_guest:
            raise Unauthenticated("Please log in.")
        return
    ctx.require(access.permission)
    if ctx.site.require_staff_mfa:
        ctx.require_mfa()


def access_of(handler: BaseRouteHandler) -> Access:
    """Raises AccessMissing. The framework's own answers to OPTIONS are public."""
    if handler.handler_name == "options_handler" and handler.fn.__module__.startswith("litestar."):
        return Access(public=True)
    found = handler.opt.get(OPT_KEY)
    if not isinstance(found, Access):
        raise AccessMissing(f"{handler.handler_name} at {sorted(handler.paths)} names no access")
    return found
