"""A whole site as a file: asked for here, made by a worker, downloaded by a link that soon expires."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import ExportFile
from nakamise.plugin import Ctx, requires
from nakamise.web import N_, fragment
from nakamise_agency.acting import acted
from nakamise_agency.plane import plane
from nakamise_agency.rights import DELETE
from nakamise_agency.tenants.frame import path_of, tenant_page
from nakamise_agency.words import EXPORT_STATES, badges, words

EXPORT: Final = "/export"
_RUNNING: Final = ("queued", "running")


def _is_running(files: Sequence[ExportFile]) -> bool:
    return any(one.state in _RUNNING for one in files)


@get("/tenants/{tenant_id:uuid}/export", opt=requires(DELETE), include_in_schema=False)
async def export_list(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    files = await plane(ctx).exports(tenant_id)
    states = badges(ctx, EXPORT_STATES)
    if ctx.http.is_partial:
        return await fragment(
            ctx,
            "agency/tenant_export.html",
            "files",
            files=files,
            export_states=states,
            is_running=_is_running(files),
            base=path_of(tenant_id),
        )
    return await tenant_page(
        ctx,
        "agency/tenant_export.html",
        EXPORT,
        await plane(ctx).tenant(tenant_id),
        files=files,
        export_states=states,
        is_running=_is_running(files),
    )


@post("/tenants/{tenant_id:uuid}/export", opt=requires(DELETE), include_in_schema=False)
async def start_export(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    said = words(ctx)(N_("The export has begun. You may leave this page."))
    return await acted(ctx, plane(ctx).start_export(tenant_id), path_of(tenant_id, EXPORT), said)


route_handlers: Final[list[ControllerRouterHandler]] = [export_list, start_export]
