"""An agency with its console, as tests act in it: staff who passed their second factor."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

import asyncpg

from nakamise.contracts.control import ControlPlane, NewTenantRequest, TenantDetail
from nakamise.plugin.context import Actor, Tenant, TenantCtx
from nakamise.runtime import Runtime


@dataclass(frozen=True)
class Console:
    """``plane`` acts as a member of the agency's staff."""

    agency_id: uuid.UUID
    slug: str
    home: Tenant
    ctx: TenantCtx
    plane: ControlPlane

    async def new(self, **changes: object) -> TenantDetail:
        return await self.plane.create(request(**changes))


def request(**changes: object) -> NewTenantRequest:
    slug = f"s-{secrets.token_hex(5)}"
    values = {"name": "Teahouse", "slug": slug, "admin_email": f"{slug}@example.com", "admin_name": "Midori"}
    return NewTenantRequest(**{**values, **changes})  # type: ignore[arg-type]


def ctx_of(runtime: Runtime, home: Tenant, *, mfa: bool = True) -> TenantCtx:
    """Somebody of the staff of the console ``home``."""
    fresh = runtime.directory.by_id(home.id)
    assert fresh is not None
    actor = Actor(user_id=uuid.uuid4(), display_name="Hana", has_mfa=mfa)
    return TenantCtx(runtime, fresh, actor, runtime.host.lineup(fresh.plugins))


async def console(
    runtime: Runtime, owner: asyncpg.Connection, home: Tenant, *, is_operator: bool = False
) -> Console:
    agency_id, slug = uuid.uuid4(), f"a-{secrets.token_hex(5)}"
    if is_operator:
        await owner.execute("UPDATE nakamise.agency SET is_operator = false WHERE is_operator")
    await owner.execute(
        "INSERT INTO nakamise.agency (id, slug, name, home_tenant_id, is_operator) VALUES ($1, $2, $3, $4, $5)",
        *(agency_id, slug, slug.upper(), home.id, is_operator),
    )
    await runtime.directory.refresh()
    ctx = ctx_of(runtime, home)
    return Console(agency_id, slug, ctx.tenant, ctx, ctx.service(ControlPlane))
