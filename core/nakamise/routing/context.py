"""``ctx: TenantCtx`` as a parameter of any route handler."""

from __future__ import annotations

from litestar.types import Scope

from nakamise.plugin.context import TenantCtx
from nakamise.routing.gate import CTX_KEY


def provide_ctx(scope: Scope) -> TenantCtx:
    found: TenantCtx = scope["state"][CTX_KEY]
    return found
