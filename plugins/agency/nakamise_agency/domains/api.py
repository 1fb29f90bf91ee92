"""Addresses of a site as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import HostClaim
from nakamise.plugin import Ctx, requires
from nakamise_agency.domains.pages import HostInput
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ
from nakamise_agency.tenants.api import TAGS


@get("/tenants/{tenant_id:uuid}/hosts", opt=requires(READ), tags=TAGS, operation_id="agency_list_hosts")
async def list_hosts(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Sequence[HostClaim]:
    return await plane(ctx).hosts(tenant_id)


@post("/tenants/{tenant_id:uuid}/hosts", opt=requires(MANAGE), tags=TAGS, operation_id="agency_claim_host")
async def claim_host(ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[HostInput]) -> HostClaim:
    """The answer says which TXT record proves the domain."""
    return await plane(ctx).claim_host(tenant_id, data.host)


@post(
    "/tenants/{tenant_id:uuid}/hosts/{host:str}/verify",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_verify_host",
    status_code=200,
)
async def verify_host(ctx: Ctx, tenant_id: FromPath[uuid.UUID], host: FromPath[str]) -> HostClaim:
    return await plane(ctx).verify_host(tenant_id, host)


@post(
    "/tenants/{tenant_id:uuid}/hosts/{host:str}/canonical",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_make_host_canonical",
    status_code=200,
)
async def make_canonical(
    ctx: Ctx, tenant_id: FromPath[uuid.UUID], host: FromPath[str]
) -> Sequence[HostClaim]:
    await plane(ctx).set_canonical(tenant_id, host)
    return await plane(ctx).hosts(tenant_id)


@delete(
    "/tenants/{tenant_id:uuid}/hosts/{host:str}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_release_host",
)
async def release_host(ctx: Ctx, tenant_id: FromPath[uuid.UUID], host: FromPath[str]) -> None:
    await plane(ctx).release_host(tenant_id, host)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_hosts,
    claim_host,
    verify_host,
    make_canonical,
    release_host,
]
