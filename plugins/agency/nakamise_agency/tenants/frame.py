"""What every page of one site has in common: its head and its tabs."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Response

from nakamise.contracts.control import TenantDetail
from nakamise.plugin import TenantCtx
from nakamise.web import N_, NavLink, page
from nakamise_agency.words import TENANT_STATES, badges, words

TENANTS: Final = "/admin/agency/tenants"
_TABS: Final = (
    ("", N_("Overview"), "layout-dashboard"),
    ("/brand", N_("Brand"), "palette"),
    ("/domains", N_("Domains"), "globe"),
    ("/plan", N_("Plan"), "chart-column"),
    ("/shares", N_("Revenue shares"), "percent"),
    ("/log", N_("Log"), "history"),
)


def path_of(tenant_id: uuid.UUID, below: str = "") -> str:
    return f"{TENANTS}/{tenant_id}{below}"


async def tenant_page(
    ctx: TenantCtx, template: str, below: str, found: TenantDetail, *, status: int = 200, **data: Any
) -> Response[bytes]:
    """``below``: which of the site's pages this is, such as ``/brand``."""
    return await page(
        ctx,
        template,
        status=status,
        found=found,
        tenant=found.summary,
        base=path_of(found.summary.id),
        tabs=_tabs(ctx, found.summary.id, below),
        states=badges(ctx, TENANT_STATES),
        **data,
    )


def _tabs(ctx: TenantCtx, tenant_id: uuid.UUID, here: str) -> list[NavLink]:
    _ = words(ctx)
    return [
        NavLink(_(label), path_of(tenant_id, below), icon, current=below == here)
        for below, label, icon in _TABS
    ]
