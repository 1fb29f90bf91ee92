"""One site at a glance."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import ControlPlane
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise_agency.plane import plane
from nakamise_agency.records.acts import act_labels, actor_labels
from nakamise_agency.rights import AGENCIES, DELETE, IMPERSONATE, LOG, MANAGE, READ
from nakamise_agency.tenants.frame import tenant_page
from nakamise_agency.words import HEALTH_LEVELS, badges, health_reasons

_EXCERPT: Final = 6


@get("/tenants/{tenant_id:uuid}", opt=requires(READ), include_in_schema=False)
async def tenant_detail(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await show(ctx, tenant_id)


async def show(
    ctx: TenantCtx,
    tenant_id: uuid.UUID,
    *,
    status: int = 200,
    refused: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    """``refused`` names the act whose form comes back with ``errors`` and what was ``typed``."""
    control = plane(ctx)
    found = await control.tenant(tenant_id)
    log = await control.audit(tenant_id=tenant_id, limit=_EXCERPT) if ctx.actor.can(LOG) else None
    return await tenant_page(
        ctx,
        "agency/tenant.html",
        "",
        found,
        status=status,
        level=badges(ctx, HEALTH_LEVELS)[found.summary.health.level],
        reasons=health_reasons(ctx, found.summary.health),
        plan_names={plan.id: plan.name for plan in await control.plans()},
        log=log.items if log else (),
        agencies=await _others(ctx, control, found.summary.agency),
        acts=act_labels(ctx),
        actors=actor_labels(ctx, log.items if log else ()),
        may={right: ctx.actor.can(right) for right in (MANAGE, IMPERSONATE, DELETE)},
        refused=refused,
        errors=errors or {},
        typed=typed or {},
    )


async def _others(ctx: TenantCtx, control: ControlPlane, own: str) -> list[tuple[str, str]]:
    """Whom the operator can hand the site over to."""
    if not ctx.actor.can(AGENCIES) or not (await control.me()).is_operator:
        return []
    return [(str(one.id), one.name) for one in await control.agencies() if one.name != own]


route_handlers: Final[list[ControllerRouterHandler]] = [tenant_detail]
