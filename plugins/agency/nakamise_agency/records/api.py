"""The log as JSON."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get, post
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.contracts.audit import LogVerdict
from nakamise.contracts.control import AuditPage
from nakamise.plugin import Ctx, requires
from nakamise_agency.plane import plane
from nakamise_agency.rights import LOG
from nakamise_agency.tenants.api import TAGS


@get("/log", opt=requires(LOG), tags=TAGS, operation_id="agency_list_log")
async def list_log(
    ctx: Ctx,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    tenant: FromQuery[uuid.UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> AuditPage:
    """The newest first."""
    if tenant is not None:
        await plane(ctx).tenant(tenant)
    return await plane(ctx).audit(search=q, tenant_id=tenant, cursor=cursor, limit=limit)


@post("/log/verify", opt=requires(LOG), tags=TAGS, status_code=200, operation_id="agency_verify_log")
async def verify_log(ctx: Ctx) -> LogVerdict:
    """Compute every hash again. Note ``hash`` elsewhere: a log cut off after it would not match."""
    return await plane(ctx).verify_audit()


route_handlers: Final[list[ControllerRouterHandler]] = [list_log, verify_log]
